/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <signal.h>
#include <string.h>

#include "proto/base/clock.h"
#include "proto/session/layout.h"
#include "proto/settings/clients.h"
#include "proto/sys/file.h"
#include "proto/sys/watch.h"
#include "worker/agent/agent.h"
#include "worker/agent/attach.h"
#include "worker/agent/park.h"
#include "worker/client/mail.h"
#include "worker/client/tells.h"
#include "worker/core/output.h"
#include "worker/core/worker.h"
#include "worker/run/limit.h"

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

/* By the wall clock, since a reset happens at a time of day. */
static bool
wait_until(struct worker *w, int64_t until)
{
	struct watch_event ev;
	struct watch_timer timer = { 0 };
	int64_t left;
	bool over;

	for (;;) {
		left = until - clock_wall();
		over = left <= 0;
		if (over || worker_interrupted(w))
			break;
		(void)tells_scan(w);
		watch_timer(&timer, clock_now() + left * CLOCK_MS);
		if (watch_next(&ev) == -1)
			break;
		if (ev.kind == WATCH_SIGNAL && ev.signo != SIGCHLD)
			w->stop_signal = ev.signo;
	}
	watch_timer(&timer, 0);
	return over;
}

bool
park_resume(struct worker *w, const struct agent_run *run)
{
	const struct client *c = client_of(run->agent);
	int64_t began = w->talked[run->role] != 0 ? w->talked[run->role] : w->state.updated_at;
	int64_t until = limit_minute(began);

	if (run->resume == NULL || c == NULL || !c->minutes || strcmp(run->agent->adapter, ADAPTER_ACP) != 0 ||
	    clock_wall() >= until)
		return true;
	output_log("%s can resume the conversation from the next minute on: waiting", run->agent->name);
	return wait_until(w, until);
}

void
park_down(struct worker *w, int64_t ms)
{
	output_log("the service failed; the session continues in %lld s", (long long)ms / 1000);
	(void)wait_until(w, clock_wall() + ms);
}

bool
park_wait(struct worker *w)
{
	if (w->state.parked_until == 0)
		return true;
	if (!wait_until(w, w->state.parked_until))
		return false;
	w->state.parked_until = 0;
	(void)worker_save(w, false);
	return true;
}

/* A step that is held has no run, so that nothing of the agent waits. */
bool
park_pause(struct worker *w)
{
	struct watch_event ev;
	bool paused = false;

	attach_serve(w);
	while (file_exists(w->dirfd, SESSION_FILE_PAUSE) && !worker_interrupted(w)) {
		if (!paused)
			output_log("paused before step %s; orchestrator resume %s continues", step_name(w->state.step), w->config.item);
		paused = true;
		(void)tells_scan(w);
		attach_serve(w);
		if (watch_next(&ev) == -1)
			break;
		if (ev.kind == WATCH_SIGNAL && ev.signo != SIGCHLD)
			w->stop_signal = ev.signo;
	}
	if (worker_interrupted(w))
		return false;
	if (paused)
		output_log("resumed");
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
		attach_serve(w);
		busy = answers_scan(w);
		busy = tells_scan(w) || busy;
		q = questions_find(&w->questions, own);
		if (q == NULL || q->status == QUESTION_ANSWERED || worker_interrupted(w))
			break;
		/* later answers are found when the worker ends */
		if ((w->state.parked = w->config.settings.park_worker && !busy))
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
