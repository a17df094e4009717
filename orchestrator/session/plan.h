/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_PLAN_H
#define ORCHESTRATOR_PLAN_H

/*
 * The plan of a session: target, base commit, settings, and roles.  Only the
 * workspace is made on disk.
 */

struct config;
struct dispatch;
struct item;
struct orch;
struct settings;

/* Name of the agent for the COMMAND of dispatch ITEM -- COMMAND. */
#define PLAN_COMMAND	"command"
#define PLAN_ROOM	(1 << 20)	/* bytes of the state's file system below which no session begins */

/*
 * Fills repository, target, base and settings (every required role has an agent whose
 * program exists).  0, or a sysexits status with the error printed and nothing to
 * release.
 */
int plan_make(struct orch *, const struct dispatch *, struct config *);
/*
 * Reads the settings of a session anew, as its target has them now, with the agent and review that dispatch was told.
 * 0, or a sysexits status with the error printed: the settings are as before.
 */
int plan_again(struct orch *, struct item *, struct config *);
/* Can the settings approve anything?  0, or EX_CONFIG with advice printed. */
int plan_judged(const struct settings *);
/* The command of dispatch ITEM -- COMMAND, ended by NULL, to be freed (its words are those of the settings); NULL: there
 * was none. */
char **plan_command(const struct settings *);
/* Only the roles. */
int plan_roles(const struct dispatch *, struct settings *);
/* Only the commands: does the program of the first setup command exist, and do confined runs see the programs that the
 * commands of agents, setup and gates name? */
int plan_commands(struct orch *, const struct settings *);
/* Would every session fail here, whatever its item?  0, or a sysexits status with the one reason printed. */
int plan_check(struct orch *);

#endif
