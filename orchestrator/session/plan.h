/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_PLAN_H
#define ORCHESTRATOR_PLAN_H

/*
 * What a session is going to be: target, base commit, settings, and who plays
 * which role.  Nothing is made on disk but the workspace.
 */

struct config;
struct dispatch;
struct orch;
struct settings;

/* Name of the agent that stands for the COMMAND of dispatch ITEM -- COMMAND. */
#define PLAN_COMMAND	"command"

/*
 * Fills repository, target, base and settings (every role that is needed has an agent,
 * and its program is there).  0, or a sysexits status with the error printed and
 * nothing to release.
 */
int plan_make(struct orch *, const struct dispatch *, struct config *);
/* Is there something that can approve?  0, or EX_CONFIG with what to do printed. */
int plan_judged(const struct settings *);
/* The roles alone. */
int plan_roles(const struct dispatch *, struct settings *);

#endif
