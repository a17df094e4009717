/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WORKER_SUBMODULE_H
#define WORKER_SUBMODULE_H

/*
 * A submodule's commit that nobody can have is no finished work.  Nothing is fetched to find that out: it is in the
 * repository's own copy of the submodule, or in a branch that the implementer's copy has of its remote.
 */

#include <stddef.h>

#include "proto/git/git.h"
#include "worker/core/step.h"

struct worker;

/* Of the changes from base to head: EVENT_DONE, or one was given back, or EVENT_FAILED. */
enum event submodule_check(struct worker *, const struct git_change *, size_t n);

#endif
