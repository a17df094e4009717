/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "orchestrator/session/registry.h"
#include "orchestrator/session/spending.h"
#include "orchestrator/view/show.h"
#include "proto/base/text.h"
#include "proto/json/json.h"
#include "proto/record/state.h"

#define SOURCE	"source"

static const char *
source_of(const struct state_spent *s)
{
	return s->estimated ? "estimate" : "client";
}

static bool
has(const struct json *sum, const struct spending_label *l, size_t n, const char *source)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(json_words(sum, l[i].key), l[i].value != NULL ? l[i].value : "") != 0)
			return false;
	return strcmp(json_words(sum, SOURCE), source) == 0;
}

/* The sum with these labels, which the list owns; often it is the last one. */
static struct json *
sum_of(struct json *list, const struct spending_label *l, size_t n, const char *source)
{
	struct json *sum;

	for (size_t i = json_count(list); i-- > 0;) {
		sum = json_ref_at(list, i);
		json_free(sum);
		if (has(sum, l, n, source))
			return sum;
	}
	sum = json_new_object();
	for (size_t i = 0; i < n; i++)
		json_put_str(sum, l[i].key, l[i].value);
	json_put_str(sum, SOURCE, source);
	json_append(list, sum);
	return sum;
}

void
spending_add(struct json *list, const struct spending_label *l, size_t n, const struct state_spent *s)
{
	struct json *sum = sum_of(list, l, n, source_of(s));

	json_put_int(sum, "input_tokens", json_int(sum, "input_tokens", 0) + s->input_tokens);
	json_put_int(sum, "output_tokens", json_int(sum, "output_tokens", 0) + s->output_tokens);
	json_put(sum, "cost_usd", json_new_real(json_real(sum, "cost_usd", 0) + (double)s->cost_microusd / 1e6));
}

static void
add_one(struct json *list, const char *account, const char *role, const struct state_spent *s)
{
	spending_add(list, (const struct spending_label[]){ { "account", account }, { "role", role } }, 2, s);
}

static void
add_all(struct json *list, const struct state *state, const char *day)
{
	for (size_t i = 0; i < state->nspent; i++)
		if (day == NULL || strcmp(state->spent[i].day, day) == 0)
			add_one(list, state->spent[i].account, role_name(state->spent[i].role), &state->spent[i]);
}

struct json *
spending_of_day(const struct entries *es, const char *day)
{
	struct json *list = json_new_array();

	for (size_t i = 0; i < es->n; i++)
		if (es->v[i].error == NULL)
			add_all(list, &es->v[i].state, day);
	return list;
}

struct json *
spending_of_session(const struct state *s)
{
	struct json *list = json_new_array();

	add_all(list, s, NULL);
	return list;
}

void
spending_merge(struct json *list, const struct json *more)
{
	for (size_t i = 0; i < json_count(more); i++) {
		const struct json *sum = json_at(more, i);

		add_one(list, json_words(sum, "account"), json_words(sum, "role"), &(const struct state_spent){
		    .estimated = strcmp(json_words(sum, SOURCE), "estimate") == 0, .input_tokens = json_int(sum, "input_tokens", 0),
		    .output_tokens = json_int(sum, "output_tokens", 0),
		    .cost_microusd = (int64_t)(json_real(sum, "cost_usd", 0) * 1e6 + 0.5) });
	}
}

void
spending_figures(const struct json *u, struct text *t)
{
	double cost = json_real(u, "cost_usd", 0);

	text_printf(t, "%lld tokens in, %lld out", (long long)json_int(u, "input_tokens", 0),
	    (long long)json_int(u, "output_tokens", 0));
	if (cost > 0)
		text_printf(t, ", %.2f USD", cost);
}

void
spending_text(const struct json *sum, struct text *t)
{
	const struct json *v;
	const char *key, *s;

	for (size_t i = 0; (key = json_key(sum, i, &v)) != NULL && strcmp(key, SOURCE) != 0; i++) {
		text_puts(t, i > 0 ? ", " : "");
		s = json_string(v) != NULL ? json_string(v) : "none";
		text_line(t, s, strlen(s));
	}
	text_puts(t, ": ");
	spending_figures(sum, t);
	if (strcmp(json_words(sum, SOURCE), "client") != 0)
		text_puts(t, " (estimated)");
}

void
spending_print(const struct json *list)
{
	struct text t = { 0 };

	for (size_t i = 0; i < json_count(list); i++) {
		text_clear(&t);
		text_puts(&t, "used   ");
		spending_text(json_at(list, i), &t);
		show_cut(t.buf);
	}
	text_free(&t);
}
