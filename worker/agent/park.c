/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <signal.h>
#include <string.h>

#include "proto/base/clock.h"
#include "proto/sys/watch.h"
#include "worker/agent/agent.h"
#include "worker/agent/park.h"
#include "worker/client/mail.h"
#include "worker/core/output.h"
#include "worker/core/worker.h"

#define UNTOLD		(5 * 60 * INT64_C(1000))	/* used when the client does not say, or is wrong */
#define LONGEST		(8 * 86400 * INT64_C(1000))	/* limits are weekly at most */

void
park(struct worker *w, const struct agent_run *run)
{
	int64_t now = clock_wall(), until = run->parked;
	char text[CLOCK_TEXT];

	if (until <= now)
		until = now + UNTOLD;
	if (until > now + LONGEST)
		until = now + LONGEST;
	w->state.parked_until = until;
	output_log("the account of %s is at its limit; the session continues at %s", run->agent->name,
	    clock_text(until, text, sizeof(text)));
	(void)worker_save(w, true);
}

bool
park_wait(struct worker *w)
{
	struct watch_event ev;
	struct watch_timer timer = { 0 };
	bool over = w->state.parked_until == 0;
	int64_t left;

	if (over)
		return true;
	for (;;) {
		/* by the wall clock, since a reset happens at a time of day */
		left = w->state.parked_until - clock_wall();
		over = left <= 0;
		if (over || worker_interrupted(w))
			break;
		watch_timer(&timer, clock_now() + left * CLOCK_MS);
		if (watch_next(&ev) == -1)
			break;
		if (ev.kind == WATCH_SIGNAL && ev.signo != SIGCHLD)
			w->stop_signal = ev.signo;
	}
	watch_timer(&timer, 0);
	if (!over)
		return false;
	w->state.parked_until = 0;
	(void)worker_save(w, false);
	return true;
}

struct question *
park_answer(struct worker *w, const char *id)
{
	struct question *q;
	struct watch_event ev;
	struct watch_timer timer = { 0 };
	char own[SESSION_ID_MAX];
	bool busy;

	strlcpy(own, id, sizeof(own));	/* id may be in a list that grows */
	for (;;) {
		busy = answers_scan(w);
		q = questions_find(&w->questions, own);
		if (q == NULL || q->status == QUESTION_ANSWERED || worker_interrupted(w))
			break;
		watch_timer(&timer, busy ? clock_now() + CLOCK_S : 0);
		if (watch_next(&ev) == -1)
			break;
		if (ev.kind == WATCH_SIGNAL && ev.signo != SIGCHLD)
			w->stop_signal = ev.signo;
	}
	watch_timer(&timer, 0);
	return q != NULL && q->status == QUESTION_ANSWERED ? q : NULL;
}
