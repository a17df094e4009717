/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "orchestrator/cli/report_day.h"
#include "orchestrator/cli/report_sessions.h"
#include "orchestrator/execute/report_items.h"
#include "proto/base/alloc.h"
#include "proto/base/clock.h"
#include "proto/json/json.h"

struct time_of { int64_t from, to; };	/* wall ms; from 0 = unknown */

static bool
is_meant(const struct report_items *items, const struct entry *e, const struct time_of *run)
{
	const struct state *s = &e->state;
	bool within = run->from > 0 && s->created_at <= run->to && (s->ended_at == 0 || s->ended_at >= run->from);

	for (size_t i = 0; i < items->n; i++)
		if (strcmp(json_words(items->v[i].j, "session"), e->id) == 0 || (within && strcmp(items->v[i].task, s->item) == 0))
			return true;
	return false;
}

static int
compare(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	if (x->state.created_at != y->state.created_at)
		return x->state.created_at < y->state.created_at ? -1 : 1;
	return strcmp(x->id, y->id);
}

void
report_sessions(struct orch *o, const struct json *report, struct report_sessions *r)
{
	struct time_of run = { clock_parse(json_words(report, "started_at")), clock_parse(json_words(report, "at")) };
	struct report_items items;

	memset(r, 0, sizeof(*r));
	report_items(report, &items);
	report_load(o, &r->all);
	r->v = alloc_array(r->all.n, sizeof(*r->v));
	for (size_t i = 0; i < r->all.n; i++)
		if (r->all.v[i].error == NULL && is_meant(&items, &r->all.v[i], &run))
			r->v[r->n++] = r->all.v[i];
	if (r->n > 0)
		qsort(r->v, r->n, sizeof(*r->v), compare);
	report_items_free(&items);
}

const struct entry *
report_sessions_find(const struct report_sessions *r, const char *id)
{
	for (size_t i = 0; id != NULL && i < r->n; i++)
		if (strcmp(r->v[i].id, id) == 0)
			return &r->v[i];
	return NULL;
}

void
report_sessions_release(struct report_sessions *r)
{
	entries_release(&r->all);
	free(r->v);
	memset(r, 0, sizeof(*r));
}
