/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WORKER_MASK_H
#define WORKER_MASK_H

/*
 * Files of the project that would steer a judge's client (proto/settings/clients.h) are absent from its tree
 * while it works, and git does not report that there.  A client that can be told to load none of them, such
 * as claude, needs no mask.
 */

#include "proto/session/role.h"

struct worker;

/* Removes them from the clean tree for a judge, whose git directory exists already.  0, or -1 with worker_fail set. */
int mask_begin(struct worker *, enum role);
/* Puts them back; drops a tree that can't be restored. */
void mask_end(struct worker *);

#endif
