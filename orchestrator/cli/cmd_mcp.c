/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sysexits.h>

#include "orchestrator/workspace/cmd.h"
#include "orchestrator/workspace/orch.h"
#include "proto/mcp/mcp.h"

static const char *const reviews[] = { "council", "gates", "none", NULL };
static const struct mcp_tool tools[] = {
	{
		.name = "status",
		.help = "List all sessions, or show everything known about one: its status, open questions, progress and reason.",
		.command = "--json status",
		.arguments = { { "session", MCP_STRING, "id of a session or of its item", .needed = false } },
	}, {
		.name = "questions",
		.help = "List the open questions of all sessions, with their ids and options.",
		.command = "--json questions",
	}, {
		.name = "answer",
		.help = "Answer an open question, by the text of an option or its number where it has options. Ask your user if "
		    "you are not sure: the agent acts on the answer.",
		.command = "--json answer",
		.arguments = {
			{ "session", MCP_STRING, "id of the session or of its item", .needed = true },
			{ "question", MCP_STRING, "id of the question; needed if the session has several", .needed = false },
			{ "answer", MCP_TEXT, "the answer", .needed = true },
		},
	}, {
		.name = "dispatch",
		.help = "Start a session: an agent implements the item in a git worktree of its own, then tests and a reviewer judge "
		    "it. Returns without waiting for the result; use wait.",
		.command = "--json dispatch",
		.arguments = {
			{ "title", MCP_STRING, "the title of a new item", .option = "--title=" },
			{ "description", MCP_TEXT, "what is to be done, complete: the agent sees nothing of this conversation",
			    .option = "--description=" },
			{ "list", MCP_STRING, "the task list of the item", .option = "--list=" },
			{ "agent", MCP_STRING, "the agent for all roles, such as claude or codex", .option = "--agent=" },
			{ "review", MCP_STRING, "who approves the work; by default, as the settings say", .option = "--review=",
			    .words = reviews },
			{ "item", MCP_STRING, "an id such as login-422, or the id of a task", .needed = false },
		},
	}, {
		.name = "tell",
		.help = "Send a message to the agent of a session while it works.",
		.command = "--json tell",
		.arguments = {
			{ "session", MCP_STRING, "id of the session or of its item", .needed = true },
			{ "text", MCP_TEXT, "the message", .needed = true },
		},
	}, {
		.name = "merge",
		.help = "Merge one approved session, or all that are approved, into their target branch.",
		.command = "--json merge",
		.arguments = { { "session", MCP_STRING, "id of the session or of its item", .needed = false } },
	}, {
		.name = "wait",
		.help = "Wait until one of the sessions has ended, is approved, or waits for you, and return those. After "
		    "50 seconds it returns an empty list: call it again.",
		.command = "--json wait",
		.arguments = {
			{ "seconds", MCP_NUMBER, "how long to wait at most", .option = "--timeout=", .otherwise = "50" },
			{ "sessions", MCP_LIST, "ids of sessions or items; by default, all that have not ended", .needed = false },
		},
		.fine = EX_TEMPFAIL,
	},
};

static int
run(struct orch *o, void *arguments)
{
	struct strings before = { 0 };
	int rv;

	(void)arguments;
	strings_add(&before, "-C");
	strings_add(&before, o->dir);
	rv = mcp_serve(&(struct mcp_server){ .name = "orchestrator", .tools = tools, .n = sizeof(tools) / sizeof(tools[0]),
	    .call = mcp_command, .before = &before });
	strings_free(&before);
	return rv;
}

const struct cmd cmd_mcp = COMMAND("mcp", "offer commands as tools to an agent (Model Context Protocol)", run, NO_ROWS);
