/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WORKER_IMPLEMENT_H
#define WORKER_IMPLEMENT_H

struct worker;

/* What the implementer is told now: whether it has a conversation to resume decides
 * whether it gets the whole task or only what is new. malloced. */
char *implement_prompt(struct worker *);

#endif
