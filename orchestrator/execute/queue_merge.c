/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "orchestrator/execute/loop.h"
#include "orchestrator/merge/merging.h"
#include "orchestrator/session/target_tell.h"
#include "orchestrator/workspace/claim.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/sys/child.h"

static int
merge_child(void *arg)
{
	struct loop	*l = arg;

	/* Otherwise Ctrl-C ends it. */
	if (l->executor != NULL)
		setpgid(0, 0);
	if (l->merging->e.state.status == STATUS_CONFLICT)
		return (int)merging_retry(l->o, &l->merging->e, l->merge_note->session);
	return (int)merging_run(l->o, &l->merging->e, false, l->merge_note->why, GIT_ERR);
}

void
queue_next(struct loop *l)
{
	struct session_row	*s;

	if (l->merging != NULL || (s = TAILQ_FIRST(&l->queue)) == NULL)
		return;
	queue_drop(l, s);
	l->merging = s;
	memset(l->merge_note, 0, sizeof(*l->merge_note));
	target_tell_merge(l->o, &s->e);
	if ((l->merge_pid = child_call(merge_child, l)) != -1)
		return;
	snprintf(l->merge_note->why, GIT_ERR, "can't start a process: %s", strerror(errno));
	queue_reaped(l, (int)MERGE_ERROR << 8);
}

/* The obstacle of another merge may be gone. */
static void
retry_blocked(struct loop *l)
{
	struct session_row	*s;

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
	struct session_row		*s = l->merging;
	enum merge_outcome	 m = MERGE_ERROR;
	char			 oid[OID_MAX];
	bool			 said;

	l->merging = NULL;
	l->merge_pid = 0;
	if (WIFEXITED(status) && WEXITSTATUS(status) < MERGE_OUTCOMES)
		m = (enum merge_outcome)WEXITSTATUS(status);
	else
		child_status_text(status, l->merge_note->why, GIT_ERR);
	loop_changed(l);
	if (merging_done(m)) {
		merging_commit(l->o, s->e.id, oid);
		loop_merged(l, &s->e, oid);
		loop_forget(l, s);
		retry_blocked(l);
	} else if (m == MERGE_RETRIED) {
		loop_say(l, s->e.id, "retried", "as %s", l->merge_note->session);
		loop_add(l, l->merge_note->session, false);
		loop_due(l, s, false);
	} else {
		if (merging_again(m))
			queue_block(l, s);
		said = s->why != NULL && strcmp(s->why, l->merge_note->why) == 0;
		free(s->why);
		s->why = l->merge_note->why[0] == '\0' ? NULL : text_format("%s", l->merge_note->why);
		if (s->blocked && !said)
			loop_say(l, s->e.id, merging_word(m), "%s", l->merge_note->why);
		loop_due(l, s, false);
	}
}

/* A claim whose session is already archived: its retry was begun, and then killed. */
static void
retry_claimed(void *arg, const char *session)
{
	struct loop	*l = arg;
	struct entry	 e;
	char		*path, made[SESSION_ID_MAX];

	path = text_format("%s/%s", l->o->archive, session);
	if (!claim_session_exists(l->o, session) && entry_load(&e, path, true) == 0) {
		if (!loop_listed(l, &e) && merging_retry_due(&e) &&
		    merging_retry(l->o, &e, made) == MERGE_RETRIED)
			loop_say(l, session, "retried", "as %s", made);
		entry_release(&e);
	}
	free(path);
}

void
queue_recover(struct loop *l)
{
	claim_each(l->o, retry_claimed, l);
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
