/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "orchestrator/loop.h"
#include "proto/child.h"
#include "proto/log.h"

int
queue_init(struct loop *l)
{
	void	*p;

	TAILQ_INIT(&l->queue);
	TAILQ_INIT(&l->blocked);
	p = mmap(NULL, GIT_ERR, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED)
		return -1;
	l->merge_why = p;
	return 0;
}

void
queue_add(struct loop *l, struct sess *s)
{
	struct sess	*before;
	int64_t		 at = entry_approved_at(&s->e);

	if (s->queued || s == l->merging)
		return;
	/* From the end: approvals come in about the order in which they were made. */
	TAILQ_FOREACH_REVERSE(before, &l->queue, sess_list, queue)
		if (entry_approved_at(&before->e) <= at)
			break;
	if (before != NULL)
		TAILQ_INSERT_AFTER(&l->queue, before, s, queue);
	else
		TAILQ_INSERT_HEAD(&l->queue, s, queue);
	s->queued = true;
}

void
queue_drop(struct loop *l, struct sess *s)
{
	if (s->queued)
		TAILQ_REMOVE(&l->queue, s, queue);
	s->queued = false;
}

/* Out of the queue, and not to be tried until another merge has been made. */
static void
block(struct loop *l, struct sess *s)
{
	queue_drop(l, s);
	s->blocked = true;
	TAILQ_INSERT_TAIL(&l->blocked, s, queue);
}

void
queue_unblock(struct loop *l, struct sess *s)
{
	if (s->blocked)
		TAILQ_REMOVE(&l->blocked, s, queue);
	s->blocked = false;
}

static int
merge_child(void *arg)
{
	struct loop	*l = arg;

	/* Then Ctrl-C is not the end of it. */
	if (l->flow != NULL)
		setpgid(0, 0);
	return (int)merging_run(l->o, &l->merging->e, l->merge_why, GIT_ERR);
}

void
queue_next(struct loop *l)
{
	struct sess	*s;

	if (l->merging != NULL || (s = TAILQ_FIRST(&l->queue)) == NULL)
		return;
	queue_drop(l, s);
	l->merging = s;
	l->merge_why[0] = '\0';
	if ((l->merge_pid = child_call(merge_child, l)) != -1)
		return;
	snprintf(l->merge_why, GIT_ERR, "can't start a process: %s", strerror(errno));
	queue_reaped(l, (int)MERGE_ERROR << 8);
}

/* What stood in the way of another merge may be gone. */
static void
retry_blocked(struct loop *l)
{
	struct sess	*s;

	while ((s = TAILQ_FIRST(&l->blocked)) != NULL) {
		queue_unblock(l, s);
		s->action = ACTION_QUEUE;
		l->pending++;
		queue_add(l, s);
	}
}

void
queue_reaped(struct loop *l, int status)
{
	struct sess		*s = l->merging;
	enum merge_outcome	 m = MERGE_ERROR;
	char			 oid[OID_MAX];

	l->merging = NULL;
	l->merge_pid = 0;
	if (WIFEXITED(status) && WEXITSTATUS(status) <= MERGE_NOT_APPROVED)
		m = (enum merge_outcome)WEXITSTATUS(status);
	else
		child_status_text(status, l->merge_why, GIT_ERR);
	loop_changed(l);
	if (merging_done(m)) {
		merging_commit(l->o, s->e.id, oid);
		loop_merged(l, &s->e, oid);
		loop_forget(l, s);
		retry_blocked(l);
	} else {
		if (merging_again(m))
			block(l, s);
		free(s->why);
		s->why = l->merge_why[0] == '\0' ? NULL : text_format("%s", l->merge_why);
		if (s->blocked)
			loop_say(l, s->e.id, merging_word(m), "%s", l->merge_why);
		attend(l, s, false);
	}
	queue_next(l);
}

void
queue_stop(struct loop *l)
{
	if (l->merge_pid <= 0)
		return;
	kill(l->merge_pid, SIGTERM);
	while (waitpid(l->merge_pid, NULL, 0) == -1 && errno == EINTR)
		;
	log_info("%s: its merge was interrupted; orchestrator execute or merge completes it",
	    l->merging->e.id);
	l->merge_pid = 0;
	l->merging = NULL;
}
