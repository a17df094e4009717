/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "orchestrator/cli/wait_goal.h"
#include "orchestrator/session/answer.h"
#include "orchestrator/session/registry.h"
#include "orchestrator/session/show_entry.h"
#include "orchestrator/source/last_session.h"
#include "orchestrator/source/tasks.h"
#include "orchestrator/view/show.h"
#include "orchestrator/workspace/cmd.h"
#include "orchestrator/workspace/control.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/alloc.h"
#include "proto/base/array.h"
#include "proto/base/clock.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/json/json.h"
#include "proto/session/layout.h"
#include "proto/settings/settings.h"
#include "proto/sys/watch.h"

#define EX_PERSON	2

/* A session that is waited for. */
struct awaited {
	char		 id[SESSION_ID_MAX];
	struct watch	 watch;
	struct awaited	*next;
};
/* A session or a task as it was last seen. */
struct sight {
	struct entry	 e;
	char		*task;		/* NULL: it is no task */
	const char	*task_status;
	const char	*gone;		/* id of a session that was removed meanwhile */
	bool		 session;	/* a session exists */
	enum reach	 reach;
};
struct waiting {
	struct orch	*o;
	enum goal	 goal;
	char		 list[TASKLIST_ID_MAX];	/* "" = sessions */
	int64_t		 attempts;	/* for each of its tasks, as the settings say */
	struct awaited	*first;
	struct watch	 place[3];	/* directories where sessions are moved, lists change, and execute begins and ends */
	struct sight	*v;
	size_t		 n;
};

static void
await(struct waiting *w, const char *id, const char *path)
{
	struct awaited **at = &w->first, *a;

	for (; *at != NULL; at = &(*at)->next)
		if (strcmp((*at)->id, id) == 0)
			return;
	*at = a = alloc_array(1, sizeof(*a));
	(void)snprintf(a->id, sizeof(a->id), "%s", id);
	(void)watch_dir(&a->watch, path, false);
}

static void
forget(struct waiting *w)
{
	for (size_t i = 0; i < w->n; i++) {
		if (w->v[i].session)
			entry_release(&w->v[i].e);
		free(w->v[i].task);
	}
	free(w->v);
	w->v = NULL;
	w->n = 0;
}

static struct sight *
add(struct waiting *w)
{
	return array_add(&w->v, &w->n, sizeof(*w->v));
}

static bool
is_answered(const struct sight *s)
{
	return s->session && s->e.error == NULL && s->e.state.questions_open > 0 && !answer_missing(&s->e);
}

static void
look_at_sessions(struct waiting *w, bool executing)
{
	struct goal_course course = { .executing = executing };

	for (const struct awaited *a = w->first; a != NULL; a = a->next) {
		struct sight s = { .session = registry_find_known(w->o, a->id, &s.e) == 0 };

		if (!s.session)
			s.gone = a->id;
		course.answered = is_answered(&s);
		s.reach = goal_session(w->goal, s.session ? &s.e : NULL, &course);
		*add(w) = s;
	}
}

/* May execute begin another attempt at the task? */
static bool
is_tried_again(const struct waiting *w, const struct task *t)
{
	struct last_session last;
	int64_t attempt;
	bool again;

	if ((t->status != TASK_FAILED && t->status != TASK_BLOCKED) || w->attempts == 0 || t->session[0] == '\0')
		return false;
	if (last_session_load(w->o, t->session, &last) == -1)
		return true;	/* it is being moved; an event follows */
	again = last_session_again(&last, w->attempts, &attempt);
	last_session_release(&last);
	return again;
}

static void
look_at_task(struct waiting *w, const struct task *t, bool executing)
{
	struct sight s = { .task = text_format("%s", t->item.id), .task_status = task_status_name(t->status) };
	struct goal_course course;

	s.session = t->session[0] != '\0' && registry_find_known(w->o, t->session, &s.e) == 0;
	if (s.session && !s.e.archived) {
		await(w, s.e.id, s.e.path);
		entry_release(&s.e);	/* read again, now that it is watched */
		s.session = registry_find_known(w->o, t->session, &s.e) == 0;
	}
	course = (struct goal_course){ executing, is_answered(&s), executing && is_tried_again(w, t) };
	s.reach = goal_task(w->goal, t, s.session ? &s.e : NULL, &course);
	*add(w) = s;
}

/* The instance may be made while a list waits; the list changes then, as its first task begins. */
static void
watch_instance(struct waiting *w)
{
	if (w->o->instance == NULL)
		(void)orch_instance(w->o);
	if (w->o->instance == NULL || w->place[0].wd != 0)
		return;
	(void)watch_dir(&w->place[0], w->o->sessions, false);
	(void)watch_dir(&w->place[1], w->o->instance, false);
}

/* How far sessions or tasks are now; -1: the list can't be read, with the error printed and the status set. */
static int
look(struct waiting *w, int *status)
{
	size_t n[REACHES] = { 0 };
	const struct tasklist *l;
	bool executing;

	forget(w);
	watch_instance(w);
	executing = control_execute(w->o) != 0;
	if (w->list[0] == '\0')
		look_at_sessions(w, executing);
	else if ((*status = tasks_view(w->o->workspace, w->list, &l)) != 0)
		return -1;
	else
		for (size_t i = 0; i < l->n; i++)
			look_at_task(w, &l->v[i], executing);
	for (size_t i = 0; i < w->n; i++)
		n[w->v[i].reach]++;
	return (int)goal_all(w->goal, n);
}

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

	while ((reach = look(w, &status)) == REACH_LATER) {
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
				await(w, es.v[i].id, es.v[i].path);
		entries_release(&es);
		return rv;
	}
	for (; rv == 0 && *names != NULL; names++)
		if ((rv = registry_find(w->o, *names, &e)) == 0) {
			await(w, e.id, e.path);
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
	struct awaited *next;
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
	forget(&w);
	for (struct awaited *i = w.first; i != NULL; i = next) {
		next = i->next;
		watch_undir(&i->watch);
		free(i);
	}
	watch_close();
	return rv;
}

const struct cmd cmd_wait = COMMAND("wait", "wait until a session has ended, is approved, or waits for you", run,
    OPTION_ROWS(rows, struct arguments));
