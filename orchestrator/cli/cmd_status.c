/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "orchestrator/cli/status_one.h"
#include "orchestrator/merge/by_hand.h"
#include "orchestrator/session/registry.h"
#include "orchestrator/session/show_entry.h"
#include "orchestrator/view/show.h"
#include "orchestrator/workspace/cmd.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/clock.h"
#include "proto/base/text.h"
#include "proto/json/json.h"

#define WIDE		110	/* columns from which a line has the session and the item */
#define ENDED_SHOWN	20	/* the newest ended sessions that are shown */

static void
print_note(FILE *fp, const struct entry *e)
{
	const struct state	*s = &e->state;

	if (e->error != NULL)
		text_print(fp, e->error, false);
	else if (entry_dead(e))
		fputs(e->begun ? "no worker is running: orchestrator execute restarts it, "
		    "cleanup marks it failed" : "orchestrator execute starts it", fp);
	else if (s->parked_until != 0 && status_live(s->status)) {
		char	buf[CLOCK_TEXT];

		fprintf(fp, "parked until %s", clock_text(s->parked_until, buf, sizeof(buf)));
	} else if (s->blocked != NULL) {
		fputs("blocked: ", fp);
		text_print(fp, s->blocked, false);
	} else if (s->reason[0] != '\0' && !status_live(s->status)) {
		if (strcmp(s->reason, status_name(s->status)) != 0)
			text_print(fp, s->reason, false);
		if (s->detail[0] != '\0') {
			fputs(strcmp(s->reason, status_name(s->status)) != 0 ? ": " : "", fp);
			text_print(fp, s->detail, false);
		}
	} else if (s->note != NULL)
		text_print(fp, s->note, false);
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
print_line(const struct entry *e)
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
	print_note(fp, e);
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

static void
print_all(const struct entries *es)
{
	size_t	n[GROUP_COUNT], skip;

	count(es, n);
	if (es->n == 0) {
		puts("no sessions; orchestrator dispatch ITEM starts one");
		return;
	}
	for (int g = 0; g < GROUP_COUNT; g++) {
		if (n[g] == 0)
			continue;
		printf("%s (%zu)\n", group_title((enum status_group)g), n[g]);
		skip = g == GROUP_ENDED && n[g] > ENDED_SHOWN ? n[g] - ENDED_SHOWN : 0;
		if (skip > 0)
			printf("  %zu older sessions: --json lists them\n", skip);
		for (size_t i = 0; i < es->n; i++) {
			if ((int)entry_group(&es->v[i]) != g)
				continue;
			if (skip > 0)
				skip--;
			else
				print_line(&es->v[i]);
		}
	}
}

/* Prints the progress of sessions that do several tasks one after another. */
static void
print_bars(const struct entries *es)
{
	for (size_t i = 0; i < es->n; i++)
		if (es->v[i].error == NULL && es->v[i].state.tasks_total > 0 &&
		    entry_group(&es->v[i]) != GROUP_ENDED)
			show_bar(&es->v[i]);
}

static void
json_all(const struct orch *o, const struct entries *es)
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
	for (int g = 0; g < GROUP_COUNT; g++)
		json_put_int(c, key[g], (int64_t)n[g]);
	json_put(j, "counts", c);
	for (size_t i = 0; i < es->n; i++)
		json_append(a, show_entry_json(&es->v[i]));
	json_put(j, "sessions", a);
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
		print_all(&es);
		print_bars(&es);
	}
	entries_release(&es);
	return 0;
}

const struct cmd cmd_status = COMMAND("status",
    "show all sessions, or everything known about one", run,
    OPTION_ROWS(rows, struct session_argument));
