/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_CMD_H
#define ORCHESTRATOR_CMD_H

/* A subcommand. */

#include "proto/base/option.h"

struct orch;

struct cmd {
	struct syntax	syntax;		/* must be first: it identifies the command */
	/* Called with the arguments read into the struct of the syntax. */
	int		(*run)(struct orch *, void *arguments);
};

extern const struct cmd cmd_dispatch, cmd_execute, cmd_status, cmd_show, cmd_diff, cmd_questions,
    cmd_answer, cmd_tell, cmd_interrupt, cmd_attach, cmd_review, cmd_merge, cmd_adopt, cmd_resolve, cmd_rework, cmd_reject, cmd_logs,
    cmd_path, cmd_pause,
    cmd_resume, cmd_stop, cmd_cancel, cmd_discard, cmd_retry, cmd_cleanup, cmd_init,
    cmd_doctor, cmd_tasks, cmd_dispatch_ready, cmd_plan, cmd_report, cmd_recover, cmd_salvage,
    cmd_generate, cmd_conflict_check, cmd_config, cmd_wait, cmd_watch, cmd_serve, cmd_mcp, cmd_skill;

/* The arguments of commands that take only a session. */
struct session_argument { const char *session; };
extern const struct option_row session_rows[1];
#define SESSION_ROWS	OPTION_ROWS(session_rows, struct session_argument)

#endif
