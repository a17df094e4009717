/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WORKER_SUBMODULE_H
#define WORKER_SUBMODULE_H

/*
 * Work is unfinished while it names a submodule commit that others can't get.  The check fetches nothing: the
 * commit must be in the repository's own copy of the submodule, or in a remote-tracking branch of the
 * implementer's copy.
 */

#include <stddef.h>

#include "worker/core/step.h"

struct git_change;
struct worker;

/* Checks the changes from base to head: EVENT_DONE, or a change was handed back, or EVENT_FAILED. */
enum event submodule_check(struct worker *, const struct git_change *, size_t n);

#endif
