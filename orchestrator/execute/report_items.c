/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "orchestrator/execute/report_items.h"
#include "proto/base/alloc.h"
#include "proto/base/array.h"
#include "proto/base/clock.h"
#include "proto/base/text.h"
#include "proto/json/json.h"

static const struct {
	enum status_outcome outcome;
	const char	*one, *many;
} fates[] = {
	[FATE_MERGED] = { OUTCOME_DONE, "merged", "merged" },
	[FATE_FAILED] = { OUTCOME_FAILED, "failed", "failed" },
	[FATE_RUNNING] = { OUTCOME_NONE, "runs", "run" },
	[FATE_WAITING] = { OUTCOME_NONE, "waits", "wait" },
	[FATE_OPEN] = { OUTCOME_NONE, "open", "open" },
	[FATE_BLOCKED] = { OUTCOME_BLOCKED, "blocked", "blocked" },
};
ARRAY_WHOLE(fates, FATES);

static void
add_day(struct text *t, const struct json *counts)
{
	const struct json *n;
	const char *status;

	for (size_t i = 0; (status = json_key(counts, i, &n)) != NULL; i++)
		text_printf(t, "%s%lld %s", i == 0 ? "" : ", ", (long long)json_integer(n, 0), status);
	if (json_count(counts) == 0)
		text_puts(t, "no session ended");
}

static void
add_run(struct text *t, const struct json *j)
{
	long long complete = (long long)json_int(j, "complete", 0), total = (long long)json_int(j, "total", 0);
	size_t merged = json_count(json_get(j, fate_name(FATE_MERGED)));
	char took[CLOCK_TEXT];

	if ((long long)merged == complete)
		text_printf(t, "%lld of %lld merged", complete, total);
	else if (merged == 0)
		text_printf(t, "%lld of %lld complete before", complete, total);
	else
		text_printf(t, "%lld of %lld complete, %zu of them merged", complete, total, merged);
	if (json_get(j, "wall_ms") != NULL && (merged > 0 || complete == 0))
		text_printf(t, " in %s", clock_took(json_int(j, "wall_ms", 0), took, sizeof(took)));
	for (int k = FATE_FAILED; k < FATES; k++) {
		size_t n = json_count(json_get(j, fate_name((enum fate)k)));

		if (n > 0)
			text_printf(t, ", %zu %s", n, n == 1 ? fates[k].one : fates[k].many);
	}
}

char *
report_sentence(const struct json *j)
{
	const struct json *counts = json_get(j, "counts");
	int64_t ms = json_int(j, "sequential_ms", 0);
	struct text t = { 0 };
	char took[CLOCK_TEXT];

	if (counts != NULL)
		add_day(&t, counts);
	else
		add_run(&t, j);
	if (ms > 0)
		text_printf(&t, "; %s one after another", clock_took(ms, took, sizeof(took)));
	return t.buf;
}

static void
add(struct report_items *items, const struct json *j, const char *result, enum status_outcome outcome)
{
	struct report_item *i = array_add(&items->v, &items->n, sizeof(*items->v));

	*i = (struct report_item){ json_words(j, "task"), result, outcome, j };
}

void
report_items(const struct json *report, struct report_items *items)
{
	const struct json *list = json_get(report, "sessions");
	int status;

	memset(items, 0, sizeof(*items));
	for (size_t i = 0; i < json_count(list); i++) {
		status = status_parse(json_words(json_at(list, i), "status"));
		add(items, json_at(list, i), json_words(json_at(list, i), "status"),
		    status == -1 ? OUTCOME_NONE : status_traits((enum status)status)->outcome);
	}
	for (int k = 0; k < FATES; k++) {
		list = json_get(report, fate_name((enum fate)k));
		for (size_t i = 0; i < json_count(list); i++)
			add(items, json_at(list, i), fate_name((enum fate)k), fates[k].outcome);
	}
}

void
report_items_free(struct report_items *items)
{
	free(items->v);
	memset(items, 0, sizeof(*items));
}
