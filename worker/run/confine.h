/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WORKER_CONFINE_H
#define WORKER_CONFINE_H

/*
 * What each run may write and see (orchestrator-config.5, CONFINEMENT), enforced
 * through proto/sandbox/sandbox.h.
 *
 *	confine_begin(w);		early: starts the trial of bubblewrap
 *	if (confine_ready(w) == -1)	before the first run; logs when nothing works
 *	confine_run(w, spec, ...);	before each run
 *	confine_clean(w, to, reason);	after each run; when the session ends, also removes its caches
 */

#include <stdbool.h>

#include "proto/session/status.h"
#include "worker/run/actor.h"

struct run_spec;
struct strings;
struct worker;
struct sandbox_walls;

void confine_begin(struct worker *);
/* 0, or -1 (worker_fail is set) when confinement is required but unavailable. */
int confine_ready(struct worker *);
/* Is it certain that no run of the session could write to the repository?  bubblewrap confined each of them, and the
 * settings open neither sockets nor a path in the repository. */
bool confine_holds(const struct worker *);
/* Names of a run's caches in the session directory, and of overlayfs's work directory for layers over the
 * user's: the implementer's, or those of everything that runs in the clean tree. */
struct confine_caches { const char *cache, *layer; };
const struct confine_caches *confine_caches(enum actor);
/* The state directory of the session, malloced; NULL for a session made by hand. */
char *confine_state(const struct worker *);
/* A judge's TMPDIR within the run's. */
#define CONFINE_SCRATCH	"scratch"
/* Puts the whole command line into argv, and the walls for its child, which the caller closes, into walls.  0,
 * or -1 with the reason in err. */
int confine_run(struct worker *, const struct run_spec *, struct strings *argv,
    struct sandbox_walls *walls, char *err, size_t len);
void confine_clean(struct worker *, enum status to, const char *reason);

#endif
