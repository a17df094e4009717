/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WORKER_CONFINE_H
#define WORKER_CONFINE_H

/*
 * What each run may write and see (orchestrator-config.5, CONFINEMENT), put into
 * effect by proto/sandbox/sandbox.h.
 *
 *	confine_begin(w);		early: bubblewrap is tried out meanwhile
 *	if (confine_ready(w) == -1)	before the first run; says in the log when nothing works
 *	confine_run(w, spec, ...);	before each
 *	confine_clean(w, to, reason);	after each; and when the session is to end so, with its caches
 */

#include <stdbool.h>

#include "proto/session/status.h"
#include "worker/run/actor.h"

struct run_spec;
struct strings;
struct worker;
struct sandbox_walls;

void confine_begin(struct worker *);
/* 0, or -1 (worker_fail is set) when confinement is required and there is none. */
int confine_ready(struct worker *);
/* Where a run's caches are in the session directory, and where overlayfs works to lay them over the
 * user's: the implementer's, or those of everything that runs in the clean tree. */
struct confine_caches { const char *cache, *layer; };
const struct confine_caches *confine_caches(enum actor);
/* The state directory that the session lies in, malloced; NULL for one made by hand. */
char *confine_state(const struct worker *);
/* A judge's TMPDIR in the run's. */
#define CONFINE_SCRATCH	"scratch"
/* Puts the whole command line into argv, and what its child enters, to be closed, into walls.
 * 0, or -1 with the reason in err. */
int confine_run(struct worker *, const struct run_spec *, struct strings *argv,
    struct sandbox_walls *walls, char *err, size_t len);
void confine_clean(struct worker *, enum status to, const char *reason);

#endif
