/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "orchestrator/cli/status_held.h"
#include "orchestrator/cli/status_one.h"
#include "orchestrator/cli/status_streams.h"
#include "orchestrator/execute/cache.h"
#include "orchestrator/merge/by_hand.h"
#include "orchestrator/session/accounts.h"
#include "orchestrator/session/ask.h"
#include "orchestrator/session/budgets.h"
#include "orchestrator/session/registry.h"
#include "orchestrator/session/show_entry.h"
#include "orchestrator/session/target_tell.h"
#include "orchestrator/session/work.h"
#include "orchestrator/view/show.h"
#include "orchestrator/workspace/cmd.h"
#include "orchestrator/workspace/control.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/alloc.h"
#include "proto/base/array.h"
#include "proto/base/text.h"
#include "proto/json/json.h"

#define LINE		1024	/* bytes of the line about execute */
#define WIDE		110	/* columns from which a line has the session and the item */
#define ENDED_SHOWN	20	/* the newest ended sessions that are shown */

/* The sections of the list, one for each group, and one for ended sessions that need a person. */
#define STOPPED		GROUP_COUNT
#define SECTIONS	(GROUP_COUNT + 1)

/* What the worktree of work to be merged holds beyond it. */
static bool
print_surplus(FILE *fp, struct orch *o, const struct entry *e)
{
	char	*surplus = status_approved(e->state.status) && !e->archived ? work_surplus(o, e) : NULL;

	if (surplus == NULL)
		return false;
	fprintf(fp, "orchestrator adopt %s: its worktree has %s, not judged", e->state.item, surplus);
	free(surplus);
	return true;
}

static void
print_note(FILE *fp, struct orch *o, const struct entry *e)
{
	const struct state	*s = &e->state;
	char			*limit = show_limit(e);

	if (e->error != NULL)
		text_print(fp, e->error, false);
	else if (entry_dead(e))
		fputs(e->begun ? "no worker is running: orchestrator execute restarts it, "
		    "cleanup marks it failed" : "orchestrator execute starts it", fp);
	else if (e->paused)
		fprintf(fp, "paused: orchestrator resume %s continues it", s->item);
	else if (print_surplus(fp, o, e))
		;
	else if (limit != NULL)
		text_print(fp, limit, false);
	else if (s->blocked != NULL) {
		fputs("blocked: ", fp);
		text_print(fp, s->blocked, false);
	} else if (s->reason[0] != '\0' && !status_live(s->status)) {
		if (strcmp(s->reason, status_name(s->status)) != 0)
			text_print(fp, s->reason, false);
		if (s->detail[0] != '\0') {
			fputs(strcmp(s->reason, status_name(s->status)) != 0 ? ": " : "", fp);
			text_print(fp, s->detail, false);
		}
	} else if (s->notice[0] != '\0' && status_live(s->status))
		text_print(fp, s->notice, false);
	else if (s->note != NULL)
		text_print(fp, s->note, false);
	free(limit);
}

/* A narrow terminal gets the item only, which names the session just as well. */
static void
print_names(FILE *fp, const struct entry *e)
{
	if (show_width() < WIDE)
		fprintf(fp, "  %-*.*s%s", strlen(e->state.item) > 20 ? 17 : 20, strlen(e->state.item) > 20 ? 17 : 20, e->state.item,
		    strlen(e->state.item) > 20 ? "..." : "");
	else
		fprintf(fp, "  %-30s %-16s", e->id, e->state.item);
}

static void
print_line(struct orch *o, const struct entry *e)
{
	char			*line = NULL;
	size_t			 len;
	FILE			*fp = open_memstream(&line, &len);
	const struct state	*s = &e->state;
	char			 where[32] = "-", tasks[48] = "-";

	if (e->error == NULL && status_live(s->status)) {
		strlcpy(where, step_name(s->step), sizeof(where));
		if (s->round > 1)
			snprintf(where, sizeof(where), "%s/%jd", step_name(s->step),
			    (intmax_t)s->round);
	}
	if (s->tasks_total > 0)
		snprintf(tasks, sizeof(tasks), "%jd/%jd", (intmax_t)s->tasks_done,
		    (intmax_t)s->tasks_total);
	if (fp == NULL)
		err(EX_OSERR, NULL);
	print_names(fp, e);
	fprintf(fp, " %-11s %-11s %4s %5s  ", show_status(e), where,
	    show_age(s->ended_at != 0 ? s->ended_at : s->created_at), tasks);
	print_note(fp, o, e);
	fclose(fp);
	show_cut(line);
	free(line);
}

static void
count(const struct entries *es, size_t n[GROUP_COUNT])
{
	memset(n, 0, GROUP_COUNT * sizeof(*n));
	for (size_t i = 0; i < es->n; i++)
		n[entry_group(&es->v[i])]++;
}

/* Which process works on what. */
static void
print_execute(const struct orch *o)
{
	struct json		*j = cache_execute(o);
	const struct json	*lists = json_get(j, "lists"), *one;
	char			 line[LINE];
	bool			 paused = control_paused(o);

	if (j != NULL) {
		snprintf(line, sizeof(line), "execute: process %jd", (intmax_t)json_int(j, "pid", 0));
		for (size_t i = 0; i < json_count(lists); i++) {
			one = json_at(lists, i);
			strlcat(line, i == 0 ? " works through " : ", ", sizeof(line));
			strlcat(line, json_str(one, "list") != NULL ? json_str(one, "list") : "", sizeof(line));
			strlcat(line, " (", sizeof(line));
			strlcat(line, json_str(one, "name") != NULL ? json_str(one, "name") : "", sizeof(line));
			strlcat(line, ")", sizeof(line));
		}
		if (json_count(lists) == 0)
			strlcat(line, " attends the sessions", sizeof(line));
		if (json_bool(j, "ending", false))
			strlcat(line, "; it starts no more sessions (interrupted)", sizeof(line));
		show_cut(line);
	}
	if (paused)
		show_cut("paused: no more sessions are started; orchestrator resume ends the pause");
	json_free(j);
}

/* Did a later attempt follow this one, which was not merged? */
static bool
is_superseded(const struct entries *es, size_t i)
{
	const struct entry	*e = &es->v[i];

	if (e->error == NULL && status_undone(e->state.status))
		for (size_t k = i + 1; k < es->n; k++)
			if (strcmp(es->v[k].state.item, e->state.item) == 0)
				return true;
	return false;
}

static int
section_of(const struct entry *e)
{
	bool	stopped = e->error == NULL && !e->archived &&
	    (status_traits(e->state.status)->outcome == OUTCOME_BLOCKED || ask_blocked(e));

	return stopped ? STOPPED : (int)entry_group(e);
}

static void
print_all(struct orch *o, const struct entries *es)
{
	/* what needs a person first */
	static const int	 order[] = { GROUP_QUESTIONS, STOPPED, GROUP_ACTIVE, GROUP_REVIEW, GROUP_READY, GROUP_ENDED };
	ARRAY_WHOLE(order, SECTIONS);
	size_t			 n[SECTIONS] = { 0 }, skip, earlier = 0;
	bool			*hidden = alloc_array(es->n, sizeof(*hidden));

	if (es->n == 0)
		puts("no sessions; orchestrator dispatch ITEM starts one");
	for (size_t i = 0; i < es->n; i++) {
		earlier += hidden[i] = is_superseded(es, i);
		n[section_of(&es->v[i])] += !hidden[i];
	}
	for (size_t k = 0; k < SECTIONS; k++) {
		int	g = order[k];

		if (n[g] == 0)
			continue;
		printf("%s (%zu)\n", g == STOPPED ? "blocked or in conflict" : group_title((enum status_group)g), n[g]);
		skip = g == GROUP_ENDED && n[g] > ENDED_SHOWN ? n[g] - ENDED_SHOWN : 0;
		if (skip > 0)
			printf("  %zu older session%s: --json lists %s\n", skip, skip == 1 ? "" : "s", skip == 1 ? "it" : "them");
		for (size_t i = 0; i < es->n; i++) {
			if (hidden[i] || section_of(&es->v[i]) != g)
				continue;
			if (skip > 0)
				skip--;
			else
				print_line(o, &es->v[i]);
		}
	}
	if (earlier > 0)
		printf("%zu earlier attempt%s not shown: --json lists %s\n", earlier, earlier == 1 ? " is" : "s are",
		    earlier == 1 ? "it" : "them");
	free(hidden);
}

/* Prints the progress of sessions that do several tasks one after another. */
static void
print_bars(const struct entries *es)
{
	char *bar;

	for (size_t i = 0; i < es->n; i++)
		if (es->v[i].error == NULL && es->v[i].state.tasks_total > 0 &&
		    entry_group(&es->v[i]) != GROUP_ENDED) {
			bar = show_progress(&es->v[i]);
			show_cut(bar);
			free(bar);
		}
}

static void
json_all(struct orch *o, const struct entries *es)
{
	static const char *const key[GROUP_COUNT] = {
		"active", "questions", "review", "ready", "ended"
	};
	struct json	*j = json_new_object(), *c = json_new_object(), *a = json_new_array();
	size_t		 n[GROUP_COUNT];

	count(es, n);
	json_put_int(j, "version", 1);
	json_put_str(j, "repository", o->repo.common);
	json_put_str(j, "instance", o->instance);
	json_put(j, "execute", cache_execute(o));
	json_put_bool(j, "paused", control_paused(o));
	json_put(j, "held", status_held_json(o));
	json_put(j, "accounts", accounts_json(o));
	json_put(j, "budgets", budgets_json(o));
	for (int g = 0; g < GROUP_COUNT; g++)
		json_put_int(c, key[g], (int64_t)n[g]);
	json_put(j, "counts", c);
	for (size_t i = 0; i < es->n; i++)
		json_append(a, show_entry_json(&es->v[i]));
	json_put(j, "sessions", a);
	json_put(j, "streams", status_streams_json(o, es));
	show_json(j);
}

static const struct option_row rows[] = { OPERAND_OPTIONAL(struct session_argument, session, "SESSION") };

static int
run(struct orch *o, void *arguments)
{
	const struct session_argument *a = arguments;
	struct entries	es;
	struct entry	e;
	int		rv;

	if ((rv = orch_open(o)) != 0)
		return rv;
	by_hand_recover(o);
	if (a->session != NULL) {
		if ((rv = show_operand(o, a->session, &e)) != 0)
			return rv;
		if (o->json)
			status_one_json(o, &e);
		else
			status_one(o, &e);
		entry_release(&e);
		return 0;
	}
	registry_load(o, true, &es);
	if (o->json)
		json_all(o, &es);
	else {
		print_execute(o);
		print_all(o, &es);
		print_bars(&es);
		target_print(o, &es);
		status_held(o);
		accounts_print(o);
		budgets_print(o);
		status_streams(o, &es);
	}
	entries_release(&es);
	return 0;
}

const struct cmd cmd_status = COMMAND("status",
    "show all sessions, or everything known about one", run,
    OPTION_ROWS(rows, struct session_argument));
