/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WORKER_HOME_H
#define WORKER_HOME_H

/*
 * The home of an agent's client (proto/settings/clients.h): SESSION_DIR_CLIENT/<role>/<client>, kept for
 * that role's conversations and deleted with the session.  An implementer's home has links to the user's settings,
 * instructions and the like; a judge's has none.  A run gets the access token of the user's sign-in when that
 * outlasts the run, else the user's own file (sign_in.h).
 *
 *	if (home_begin(w, agent, env, err, len) == -1)	before a run; adds to its environment
 *	home_confine(w, spec, sb)			what it may write there
 *	home_end(w)					after it
 */

#include <stdbool.h>
#include <stddef.h>

#define HOME_TMP	"tmp"	/* beside the homes of a role */
#define HOME_SETTINGS	"settings.json"	/* settings for a judge's client that is told to load only these */

struct agent;
struct run_spec;
struct sandbox;
struct strings;
struct worker;

/* For a run by w->role.  0, or -1 with the reason in err. */
int home_begin(struct worker *, const struct agent *, struct strings *env, char *err, size_t len);
void home_confine(const struct worker *, const struct run_spec *, struct sandbox *);
void home_end(struct worker *);
/* Does a role have a home, with conversations? */
bool home_exists(const struct worker *, int role);

#endif
