/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <sys/mman.h>

#include "orchestrator/execute/loop.h"

int
queue_init(struct loop *l)
{
	void	*p;

	TAILQ_INIT(&l->queue);
	TAILQ_INIT(&l->blocked);
	p = mmap(NULL, sizeof(*l->merge_note), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
	    -1, 0);
	if (p == MAP_FAILED)
		return -1;
	l->merge_note = p;
	return 0;
}

void
queue_add(struct loop *l, struct session_row *s)
{
	struct session_row	*before;
	int64_t		 at = entry_approved_at(&s->e);

	if (s->queued || s == l->merging)
		return;
	/* From the end: approvals arrive roughly in order. */
	TAILQ_FOREACH_REVERSE(before, &l->queue, session_row_list, queue)
		if (entry_approved_at(&before->e) <= at)
			break;
	if (before != NULL)
		TAILQ_INSERT_AFTER(&l->queue, before, s, queue);
	else
		TAILQ_INSERT_HEAD(&l->queue, s, queue);
	s->queued = true;
}

void
queue_drop(struct loop *l, struct session_row *s)
{
	if (s->queued)
		TAILQ_REMOVE(&l->queue, s, queue);
	s->queued = false;
}

void
queue_block(struct loop *l, struct session_row *s)
{
	queue_drop(l, s);
	s->blocked = true;
	TAILQ_INSERT_TAIL(&l->blocked, s, queue);
}

void
queue_unblock(struct loop *l, struct session_row *s)
{
	if (s->blocked)
		TAILQ_REMOVE(&l->blocked, s, queue);
	s->blocked = false;
}
