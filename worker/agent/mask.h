/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WORKER_MASK_H
#define WORKER_MASK_H

/*
 * Files of the project that would steer the client of a judge (proto/settings/clients.h) are not in its tree
 * while it works, and git says nothing of that there.  A client that can be told to load none of
 * them, as claude, needs no mask.
 */

#include "proto/session/role.h"

struct worker;

/* Takes them out of the clean tree for a judge, whose git directory is made. 0, or -1 with worker_fail set. */
int mask_begin(struct worker *, enum role);
/* Puts them back; a tree that can't be whole again is dropped. */
void mask_end(struct worker *);

#endif
