/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "orchestrator/execute/loop.h"
#include "orchestrator/session/spawn.h"
#include "proto/base/alloc.h"
#include "proto/base/clock.h"
#include "proto/base/fault.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/json/record.h"
#include "proto/record/question.h"
#include "proto/sys/file.h"
#include "proto/sys/watch.h"

#define GRACE	(5 * CLOCK_S)	/* for the maker of a session to start its worker */

static void
wait_grace(struct loop *l, struct session_row *s)
{
	if (!s->grace)
		watch_timer(&l->grace, clock_now() + GRACE);
	s->grace = true;
}

static void
default_due(void *arg)
{
	struct session_row	*s = arg;

	loop_due(s->loop, s, false);
}

/* at: when a default answers one of the session's questions, wall ms; 0 = never. */
static void
wait_default(struct session_row *s, int64_t at)
{
	s->later.fire = default_due;
	s->later.arg = s;
	watch_timer(&s->later, at == 0 ? 0 : clock_now() + (at - clock_wall()) * CLOCK_MS);
}

/* Checks open questions; a policy gets those that were not open at the last check. */
static void
look_questions(struct loop *l, struct session_row *s, bool ask)
{
	struct questions	 qs = { 0 };
	const struct question	**fresh, **all, *q;
	struct strings		 open = { 0 }, unwritten = { 0 };
	char			 why[RECORD_ERR], line[80];
	size_t			 n = 0, nall = 0;
	int			 fd;

	if ((fd = file_open_dir(AT_FDCWD, s->e.path)) == -1)
		return;
	if (questions_load(fd, &qs, why, sizeof(why)) == -1)
		log_warnx("%s: %s", s->e.id, why);
	close(fd);
	fresh = alloc_array(qs.n + 1, sizeof(*fresh));
	all = alloc_array(qs.n + 1, sizeof(*all));
	session_say_closed(l, s, &qs);
	for (q = qs.q; q < qs.q + qs.n; q++) {
		if (q->status != QUESTION_OPEN || !ask)
			continue;
		strings_add(&open, q->id);
		all[nall++] = q;
		if (!strings_has(&s->open, q->id)) {
			text_first_line(line, sizeof(line), q->text);
			loop_say(l, s->e.id, "asked", "%s (%s): %s", q->id, question_from(q),
			    line);
		} else if (!strings_has(&s->unwritten, q->id))
			continue;
		fresh[n++] = q;
	}
	strings_free(&s->open);
	s->open = open;
	s->fresh = false;
	if (n > 0)
		policy_ask(&l->policy, &s->e, fresh, n, &unwritten);
	strings_free(&s->unwritten);
	s->unwritten = unwritten;
	if (unwritten.n > 0)	/* such as a full disk: try again after a while */
		wait_grace(l, s);
	wait_default(s, policy_defaults(&s->e, all, nall));
	free(all);
	free(fresh);
	questions_release(&qs);
}

void
session_closed(struct loop *l, struct session_row *s)
{
	if (s->open.n > 0)
		look_questions(l, s, false);
}

/* true when the session must be checked again. */
static bool
start_worker(struct loop *l, struct session_row *s)
{
	char	why[1024] = "";

	if (s->unstarted && s->grace)
		return false;
	s->unstarted = false;
	if (worker_spawn(l->o, s->e.path, why, sizeof(why)) != -1)
		loop_say(l, s->e.id, "started", "%s", s->e.begun ? "again, where it was" : "");
	else if (fault_passing()) {	/* a transient fault of the machine */
		log_warnx("%s: no worker yet: %s", s->e.id, why);
		s->unstarted = true;
		wait_grace(l, s);
		return false;
	} else if (entry_declare(&s->e, STATUS_FAILED, "spawn", why) == -1)
		log_warnx("%s: no worker: %s", s->e.id, why);
	return true;
}

/* A failure (a full disk) causes an event by itself, so the next try must wait. */
static void
declare_died(struct loop *l, struct session_row *s, enum action a)
{
	char	why[128];

	if (s->grace)
		return;
	snprintf(why, sizeof(why), a == ACTION_DIED ? "the worker was killed in step %s" :
	    "the worker was killed in step %s, and was started again too often",
	    step_name(s->e.state.step));
	if (entry_declare(&s->e, STATUS_FAILED, "died", why) == 0)
		loop_say(l, s->e.id, "failed", "died: %s", why);
	else
		wait_grace(l, s);
}

bool
session_act(struct loop *l, struct session_row *s, enum action a)
{
	switch (a) {
	case ACTION_START:
		return start_worker(l, s);
	case ACTION_DIED:
	case ACTION_GIVE_UP:
		declare_died(l, s, a);
		return true;
	case ACTION_GRACE:
		wait_grace(l, s);
		return false;
	case ACTION_ANSWER:
		look_questions(l, s, true);
		return false;
	case ACTION_QUEUE:
	case ACTION_MERGE:
		queue_add(l, s);
		return false;
	case ACTION_FULL:
	case ACTION_NONE:
	case ACTION_HELD:
	case ACTION_OVER:
	case ACTION_COUNT:
		break;
	}
	return false;
}
