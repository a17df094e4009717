/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_ORCH_H
#define ORCHESTRATOR_ORCH_H

/*
 * What every subcommand works on: the repository, its workspace, the current
 * instance; and the table of subcommands.  Exit statuses are those of
 * <sysexits.h>, with 1 for "it worked, and the outcome is negative"
 * (orchestrator.1, EXIT STATUS).
 */

#include <stdbool.h>
#include <stddef.h>
#include <sysexits.h>

#include "proto/base/text.h"
#include "proto/git/git.h"
#include "proto/settings/settings.h"

#define EX_NEGATIVE	1
#define ORCH_LOCK	"orchestrator.lock"	/* of an instance: held by execute */

struct orch {
	const char	*dir;		/* -C DIR or "." */
	bool		 json;		/* --json */
	struct git_repo	 repo;
	char		*home;		/* $ORCHESTRATOR_HOME, absolute */
	char		*workspace;	/* home/workspaces/<name>-<hash> */
	char		*instance;	/* workspace/instance-<uuid>; NULL while there is none */
	char		*sessions;	/* instance/isolated-sessions */
	char		*archive;	/* instance/archive */
	char		*safe;		/* workspace/safe.git */
	char		*worker;	/* the installed worker binary (or the build's), absolute */
	struct tasks_seen *aside;	/* a list that was read to be found, or NULL (tasks.h) */
	bool		 warned;	/* of settings that are not committed */
	bool		 told;		/* by orch_tell_unconfined */
	char		 plain[OID_MAX]; /* a commit known to have no .orchestrator */
};

/* Opens the repository and names the rest; makes nothing on disk. Prints the
 * error itself and returns a sysexits status, 0 on success.  Every subcommand
 * calls it once its arguments are parsed; a second call does nothing. */
int orch_open(struct orch *);
/* Also makes workspace, safe.git, instance and its directories (0700). */
int orch_make(struct orch *);
void orch_close(struct orch *);
/* What needs no repository: home and worker. */
void orch_home(struct orch *);
/* Names the instance once there is one (another process may have made it). */
int orch_instance(struct orch *);
/* The workspace's safe git directory over the repository's objects, made if
 * absent; *g borrows from the orch.  0, or -1 with err. */
int orch_git(struct orch *, struct git *g, char *err, size_t errlen);
/* Warns, once, when nothing confines what runs here and the settings leave that to us. */
void orch_tell_unconfined(struct orch *, enum confine_mode);
/* The sysexits status for an errno of something that could not be made. */
int orch_status(int error);

/*
 * The effective settings: defaults, then ~/.config/orchestrator/config.json
 * ($XDG_CONFIG_HOME), then .orchestrator/config.json as it is in commit
 * (a target's commit: never from a session's branch). commit NULL or "" = no
 * repository settings. Prints errors; returns 0 or EX_CONFIG.
 */
int orch_settings(struct orch *, const char *commit, struct settings *);
/* Texts from .orchestrator/<path> in the commit, with one git process: out[i] is a text or NULL.  0, or -1 with err. */
int orch_repo_files(struct orch *, const char *commit, const char *const paths[], size_t n,
    char *out[], char *err, size_t errlen);
/* The user's own settings file: $XDG_CONFIG_HOME/orchestrator/config.json. */
char *orch_user_config(void);

struct cmd {
	const char	*name;
	const char	*usage;		/* arguments as in orchestrator.1 SYNOPSIS, "" for none */
	const char	*summary;	/* one line for --help and completions */
	/* argv[0] = name; optind and optreset are set for getopt(3) */
	int		(*run)(struct orch *, int argc, char **argv);
	/* NULL, or commands of its own ("tasks list"), ended by NULL; then there is no run */
	const struct cmd *const *sub;
};
extern const struct cmd cmd_dispatch, cmd_execute, cmd_status, cmd_questions, cmd_answer,
    cmd_review, cmd_merge, cmd_adopt, cmd_logs, cmd_path, cmd_cancel, cmd_retry, cmd_cleanup, cmd_init,
    cmd_doctor, cmd_tasks, cmd_dispatch_ready, cmd_plan, cmd_report, cmd_recover, cmd_salvage,
    cmd_generate, cmd_conflict_check, cmd_config;
/* Prints "usage: orchestrator NAME ARGS" on standard error; returns EX_USAGE. */
int cmd_usage(const struct cmd *);

#endif
