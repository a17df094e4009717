/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/wait.h>

#include <string.h>
#include <sysexits.h>

#include "proto/session/caps.h"
#include "proto/settings/settings.h"
#include "proto/sys/child.h"
#include "worker/agent/agent.h"

/*
 * Any command.  It gets the prompt on standard input and reports through
 * `worker`; a judge's exit status can be its verdict.
 */

static bool
command_resumable(const struct agent *agent)
{
	return agent->resume.n > 0;
}

static bool
speaks_for_its_work(const struct agent_run *run)
{
	return run->role == ROLE_IMPLEMENTER &&
	    (run->step == STEP_PRESENT || run->step == STEP_RESPOND);
}

static void
command_command(struct agent_run *run, struct strings *argv, struct strings *env)
{
	(void)env;
	strings_add_all(argv, speaks_for_its_work(run) ? &run->agent->resume : &run->agent->command);
}

static void
command_line(void *arg, const char *line, size_t len, struct text *out)
{
	struct agent_run *run = arg;

	text_add(out, len > 0 ? line : " ", len > 0 ? len : 1);
	if (len > 0 && strspn(line, " \t\r") < len)
		text_first_line(run->last, sizeof(run->last), line);
	if (speaks_for_its_work(run) && run->result.len + len < SESSION_MAX_TEXT) {
		text_add(&run->result, line, len);
		text_puts(&run->result, "\n");
	}
}

static void
command_finish(struct agent_run *run, int status)
{
	bool judges = run->agent->verdict == VERDICT_BY_EXIT && run->role != ROLE_IMPLEMENTER;

	run->ended = true;
	if (judges && WIFEXITED(status))
		return;
	if (WIFEXITED(status) && WEXITSTATUS(status) == EX_TEMPFAIL)
		run->parked = -1;
	run->error = child_status_text(status, run->error_text, sizeof(run->error_text)) != 0;
}

const struct adapter adapter_command = {
	.name = "command",
	.resumable = command_resumable,
	.command = command_command,
	.line = command_line,
	.finish = command_finish,
};
