/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "orchestrator/cli/waiting.h"
#include "orchestrator/session/show_entry.h"
#include "orchestrator/source/tasks.h"
#include "orchestrator/view/show.h"
#include "orchestrator/workspace/cmd.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/array.h"
#include "proto/base/clock.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/json/json.h"
#include "proto/session/layout.h"
#include "proto/settings/settings.h"

#define EX_PERSON	2

static void
print_line(const struct sight *s)
{
	struct text t = { 0 };

	if (s->task != NULL)
		text_line(&t, s->task, strlen(s->task));
	else
		text_puts(&t, s->session ? s->e.id : s->gone);
	text_printf(&t, ": %s", s->session ? show_status(&s->e) : s->task != NULL ? s->task_status : "removed");
	if (s->session && s->e.error == NULL && s->e.state.questions_open > 0 && !entry_dead(&s->e))
		text_puts(&t, ", with an open question");
	puts(t.buf);
	text_free(&t);
}

/* Prints the sessions or tasks that decided: those at that distance. */
static void
print(const struct waiting *w, enum reach reach)
{
	static const char *const outcomes[] = { "timeout", "reached", "missed", "person" };
	ARRAY_WHOLE(outcomes, REACHES);
	struct json *j = json_new_object(), *sessions = json_new_array(), *tasks = json_new_array(), *one;

	for (size_t i = 0; i < w->n; i++) {
		const struct sight *s = &w->v[i];

		if (s->reach != reach || reach == REACH_LATER)
			continue;
		if (!w->o->json)
			print_line(s);
		if (s->session)
			json_append(sessions, show_entry_json(&s->e));
		if (s->task == NULL)
			continue;
		one = json_new_object();
		json_put_str(one, "id", s->task);
		json_put_str(one, "status", s->task_status);
		json_append(tasks, one);
	}
	json_put_int(j, "version", 1);
	json_put_str(j, "outcome", outcomes[reach]);
	json_put(j, "sessions", sessions);
	json_put(j, "tasks", tasks);
	if (w->o->json)
		show_json(j);
	else
		json_free(j);
}

static int
timed_out(const struct waiting *w)
{
	size_t later = 0;

	for (size_t i = 0; i < w->n; i++)
		later += w->v[i].reach == REACH_LATER;
	print(w, REACH_LATER);
	if (w->goal == GOAL_ATTENTION)
		log_info("no session waits for you yet; orchestrator status lists them");
	else
		log_info("still waiting for %zu of %zu; orchestrator status lists the sessions", later, w->n);
	return EX_TEMPFAIL;
}

static int
ended(const struct waiting *w, enum reach reach)
{
	static const int statuses[] = { EX_TEMPFAIL, 0, EX_NEGATIVE, EX_PERSON };
	ARRAY_WHOLE(statuses, REACHES);

	print(w, reach);
	return statuses[reach];
}

static int
wait_for(struct waiting *w, const struct watch_timer *timer)
{
	struct watch_event ev;
	int reach, status = 0;

	while ((reach = waiting_look(w, &status)) == REACH_LATER) {
		if (watch_next(&ev) == -1) {
			log_warn("can't wait for sessions");
			return EX_OSERR;
		}
		if (ev.kind == WATCH_SIGNAL && ev.signo != SIGCHLD)
			return 128 + ev.signo;
		if (ev.kind == WATCH_TIMER && ev.timer == timer)
			return timed_out(w);
	}
	return reach == -1 ? status : ended(w, (enum reach)reach);
}

/* The sessions named, or all that have not ended. */
static int
choose(struct waiting *w, char *const *names)
{
	struct entries es = { 0 };
	struct entry e;
	int rv = 0;

	if (names == NULL) {
		rv = registry_load(w->o, false, &es) == 0 ? 0 : EX_IOERR;
		for (size_t i = 0; i < es.n; i++)
			if (!status_ended(es.v[i].state.status))
				waiting_add(w, es.v[i].id, es.v[i].path);
		entries_release(&es);
		return rv;
	}
	for (; rv == 0 && *names != NULL; names++)
		if ((rv = registry_find(w->o, *names, &e)) == 0) {
			waiting_add(w, e.id, e.path);
			entry_release(&e);
		}
	return rv;
}

struct arguments {
	struct option_number seconds;
	const char	*goal, *list;
	char *const	*sessions;
};
static const struct option_row rows[] = {
	OPT_CHOICE(struct arguments, goal, 0, "for", "GOAL", goal_words,
	    "wait until all are approved or merged, one asks, or all have ended"),
	OPT_STRING(struct arguments, list, 0, "list", "LIST", "wait for the tasks of this list"),
	OPT_NUMBER(struct arguments, seconds, 0, "timeout", "SECONDS", 1, 31536000, "wait no longer"),
	OPERANDS_OPTIONAL(struct arguments, sessions, "SESSION ..."),
};

static int
wait_open(struct waiting *w, const struct arguments *a)
{
	char *lists = text_format("%s/" STATE_TASKLISTS, w->o->workspace);
	struct settings s = { 0 };

	if (a->list != NULL)
		(void)watch_dir(&w->place[2], lists, false);
	free(lists);
	if (a->list != NULL && orch_target_settings(w->o, &s) == 0) {
		w->attempts = s.attempts;
		settings_release(&s);
	}
	return a->list != NULL ? tasks_find_list(w->o, a->list, w->list) : choose(w, a->sessions);
}

static int
run(struct orch *o, void *arguments)
{
	const struct arguments *a = arguments;
	struct waiting w = { .o = o, .goal = a->list != NULL && a->goal == NULL ? GOAL_ENDED : goal_of(a->goal) };
	struct watch_timer timer = { 0 };
	int rv;

	if (a->list != NULL && a->sessions != NULL)
		return option_error(&cmd_wait.syntax, "give either --list or SESSION");
	if ((rv = orch_open(o)) != 0)
		return rv;
	if (watch_open() == -1 && !watch_degraded()) {
		log_warn("inotify");
		return EX_OSERR;
	}
	rv = wait_open(&w, a);
	if (rv == 0 && w.first == NULL && w.list[0] == '\0')
		rv = ended(&w, w.goal == GOAL_QUESTION ? REACH_NEVER : REACH_DONE);
	else if (rv == 0) {
		watch_timer(&timer, a->seconds.given ? clock_now() + a->seconds.value * CLOCK_S : 0);
		rv = wait_for(&w, &timer);
	}
	waiting_release(&w);
	watch_close();
	return rv;
}

const struct cmd cmd_wait = COMMAND("wait", "wait until a session has ended, is approved, or waits for you", run,
    OPTION_ROWS(rows, struct arguments));
