/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_ORCH_H
#define ORCHESTRATOR_ORCH_H

/*
 * What every subcommand works on: the repository, its workspace, the current
 * instance.  Exit statuses are those of <sysexits.h>, with 1 for "it worked, and the
 * outcome is negative" (orchestrator(1), EXIT STATUS).
 */

#include <stdbool.h>
#include <stddef.h>
#include <sysexits.h>

#include "proto/git/git.h"

struct settings;
struct strings;

#define EX_NEGATIVE	1
#define ORCH_REF_MAX	512			/* buffer size of a reference */
#define ORCH_LOCK	"orchestrator.lock"	/* lock of an instance, held by execute */

struct orch {
	const char	*dir;		/* -C DIR or "." */
	const struct strings *dirs;	/* each -C; NULL = none */
	bool		 json;		/* --json */
	struct git_repo	 repo;
	char		*home;		/* $ORCHESTRATOR_HOME, absolute */
	char		*workspace;	/* home/workspaces/<name>-<hash> */
	char		*instance;	/* workspace/instance-<uuid>; NULL if there is none */
	char		*sessions;	/* instance/isolated-sessions */
	char		*archive;	/* instance/archive */
	char		*safe;		/* workspace/safe.git */
	char		*worker;	/* the installed worker binary (or the build's), absolute */
	char		*worktrees;	/* where worktrees are made (place.h); NULL = .worktrees of the repository */
	bool		 warned;	/* has warned about uncommitted settings */
	bool		 told;		/* by orch_tell_unconfined */
	bool		 told_behind;	/* by orch_tell_behind */
	bool		 signing_checked; /* signing works */
	char		*told_target;	/* by target_tell_merge */
	char		 plain[OID_MAX]; /* a commit known to have no .orchestrator */
};

/* Opens the repository and sets the other names; makes nothing on disk.  Prints the error itself and returns a
 * sysexits status, 0 on success.  Every subcommand calls it after parsing its arguments; a second call does
 * nothing. */
int orch_open(struct orch *);
/* Finds the workspace and its instance without git, to read sessions.  0, or -1 without a message if there is none. */
int orch_peek(struct orch *);
/* The directory of the repository to which a workspace (its path) belongs; malloced, or NULL: it is gone, or was moved. */
char *orch_repository_of(const char *workspace);
/* Also makes workspace, safe.git, instance and its directories (0700). */
int orch_make(struct orch *);
void orch_close(struct orch *);
/* What people call the repository: the name of its main checkout, or of its git directory.  A part of repo. */
const char *orch_name(const struct orch *);
/* Sets what needs no repository: home and worker. */
void orch_home(struct orch *);
/* Opens the repository of the current directory, which may be a session's worktree.  0, or -1 with err. */
int orch_repository(const struct orch *, struct git_repo *, char *err, size_t errlen);
/* Sets the instance once there is one (another process may have made it). */
int orch_instance(struct orch *);
/* The workspace's safe git directory for the repository's objects, made if absent; *g borrows from the orch.
 * 0, or -1 with err. */
int orch_git(struct orch *, struct git *g, char *err, size_t errlen);
/* Warns, once, when runs can't be confined here and the settings allow that, and about settings that were renamed. */
void orch_tell_unconfined(struct orch *, const struct settings *);
/* Warns, once, when the target branch lacks commits of its upstream, as last fetched. */
void orch_tell_behind(struct orch *, const char *target);
/* The sysexits status for an errno when something could not be made. */
int orch_status(int error);

/*
 * The effective settings: defaults, then ~/.config/orchestrator/config.json
 * ($XDG_CONFIG_HOME), then .orchestrator/config.json as it is in commit
 * (a target's commit: never from a session's branch). commit NULL or "" = no
 * repository settings. Prints errors; returns 0 or EX_CONFIG.
 */
int orch_settings(struct orch *, const char *commit, struct settings *);
/*
 * The target branch, its commit and its settings.  The settings of the target decide which
 * branch is the target: starts with the user's, else with the branch checked out, and follows
 * the name once.  0, or a sysexits status with the error printed.
 */
int orch_target(struct orch *, char *branch, size_t len, char base[OID_MAX], struct settings *);
/* Only the settings of the target. */
int orch_target_settings(struct orch *, struct settings *);
/* Texts from .orchestrator/<path> in the commit, with one git process: out[i] is a text or NULL.  0, or -1 with err. */
int orch_repo_files(struct orch *, const char *commit, const char *const paths[], size_t n,
    char *out[], char *err, size_t errlen);
/* The user's own settings file: $XDG_CONFIG_HOME/orchestrator/config.json. */
char *orch_user_config(void);

#endif
