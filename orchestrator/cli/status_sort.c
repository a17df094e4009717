/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "orchestrator/cli/status_sort.h"
#include "orchestrator/session/registry.h"
#include "proto/base/alloc.h"
#include "proto/base/array.h"
#include "proto/base/text.h"

struct attempt { const char *item; size_t i; };

static int
compare(const void *a, const void *b)
{
	const struct attempt *x = a, *y = b;
	int order = strcmp(x->item, y->item);

	return order != 0 ? order : (x->i > y->i) - (x->i < y->i);
}

bool *
superseded_of(const struct entries *es)
{
	struct attempt *v = alloc_array(es->n + 1, sizeof(*v));
	bool *all = alloc_array(es->n + 1, sizeof(*all));

	for (size_t i = 0; i < es->n; i++)
		v[i] = (struct attempt){ es->v[i].state.item, i };
	qsort(v, es->n, sizeof(*v), compare);
	for (size_t i = 0; i + 1 < es->n; i++) {
		const struct entry *e = &es->v[v[i].i];

		all[v[i].i] = e->error == NULL && status_undone(e->state.status) && strcmp(v[i].item, v[i + 1].item) == 0;
	}
	free(v);
	return all;
}

/* What is over, as people count it. */
static const char *const words[] = {
	[OUTCOME_NONE] = "approved",
	[OUTCOME_DONE] = "merged",
	[OUTCOME_BLOCKED] = "in conflict",
	[OUTCOME_DECLINED] = "rejected or cancelled",
	[OUTCOME_FAILED] = "failed",
};
ARRAY_WHOLE(words, OUTCOME_COUNT);

void
over_text(struct text *t, const struct entries *es, const bool *superseded, size_t older, int64_t since, const char *when)
{
	static const enum status_outcome order[] = { OUTCOME_FAILED, OUTCOME_BLOCKED, OUTCOME_DECLINED, OUTCOME_NONE, OUTCOME_DONE };
	ARRAY_WHOLE(order, OUTCOME_COUNT);
	size_t n[OUTCOME_COUNT] = { 0 }, recent = 0, stay = 0;

	for (size_t i = 0; i < es->n; i++) {
		const struct entry *e = &es->v[i];
		bool failed = e->error == NULL && !e->archived && status_traits(e->state.status)->outcome == OUTCOME_FAILED;

		if (superseded[i] || section_of(e, false) != SECTION_OVER)
			continue;
		if (e->error == NULL && e->state.ended_at >= since) {
			n[status_traits(e->state.status)->outcome]++;
			recent++;
		} else if (failed)
			stay++;
		else
			older++;
	}
	n[OUTCOME_FAILED] += stay;
	for (size_t i = 0; i < OUTCOME_COUNT; i++)
		if (n[order[i]] > 0)
			text_printf(t, "%s%zu %s", t->len > 0 ? ", " : "", n[order[i]], words[order[i]]);
	if (recent > 0 && (stay == 0 || recent + stay > n[OUTCOME_FAILED]))
		text_printf(t, " %s", when);
	if (older > 0)
		text_printf(t, "%s%zu %s", t->len > 0 ? ", " : "", older, t->len > 0 ? "earlier" : "over");
}
