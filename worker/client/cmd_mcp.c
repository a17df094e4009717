/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "proto/mcp/mcp.h"
#include "proto/session/role.h"
#include "proto/session/step.h"
#include "worker/core/cmd.h"

/* Offers each role the tools that it needs.  The worker decides what counts, as for the commands. */
static bool
summarises(void)
{
	const char *role = getenv("ROLE");

	return role == NULL || strcmp(role, role_name(ROLE_IMPLEMENTER)) == 0;
}

static bool
judges(void)
{
	const char *step = getenv("STEP");

	return step == NULL || strcmp(step, step_name(STEP_REVIEW)) == 0 || strcmp(step, step_name(STEP_RESPOND)) == 0 ||
	    strcmp(step, step_name(STEP_DECIDE)) == 0;
}

static const char *const verdicts[] = { "approved", "rejected", NULL };
static const struct mcp_tool tools[] = {
	{
		.name = "ask_question",
		.help = "Ask a person for a decision that only a person can make. Returns without the answer: end your turn "
		    "then, and the answer begins the next one. If the question was answered before, it returns the answer.",
		.command = "ask --defer",
		.arguments = {
			{ "options", MCP_LIST, "the possible answers, if there are only these", .option = "-o" },
			{ "question", MCP_TEXT, "the question; it must be clear without your conversation", .needed = true },
		},
		.fine = EX_TEMPFAIL,
	}, {
		.name = "report_progress",
		.help = "Report how many of your tasks are done.",
		.command = "progress",
		.arguments = {
			{ "done", MCP_NUMBER, "the tasks that are done", .needed = true },
			{ "total", MCP_NUMBER, "all tasks", .needed = true, .joined = true },
			{ "note", MCP_TEXT, "what you are doing, in one line", .needed = false },
		},
	}, {
		.name = "submit_verdict",
		.help = "Give the verdict of your role on the commit. The last one of a turn counts; if two differ, none does.",
		.command = "verdict",
		.arguments = {
			{ "verdict", MCP_STRING, "your judgement", .needed = true, .words = verdicts },
			{ "findings", MCP_TEXT, "what has to change, or the reasons", .needed = false },
		},
		.offered = judges,
	}, {
		.name = "write_summary",
		.help = "Record the summary of your work. Its first line becomes the subject of the merge.",
		.command = "summary",
		.arguments = { { "text", MCP_TEXT, "the summary", .needed = true } },
		.offered = summarises,
	},
};

static int
run(void *arguments)
{
	(void)arguments;
	return mcp_serve(&(struct mcp_server){ .name = "orchestrator", .tools = tools,
	    .n = sizeof(tools) / sizeof(tools[0]), .call = mcp_command, .always = true });
}

const struct cmd cmd_mcp = COMMAND("mcp", "offer the commands for agents as tools (Model Context Protocol)", run, NO_ROWS);
