/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "orchestrator/session/registry.h"
#include "orchestrator/session/spending.h"
#include "proto/base/text.h"
#include "proto/json/json.h"
#include "proto/record/state.h"

static struct json *
row_of(struct json *list, const struct state_spent *s, const char *source)
{
	struct json *row;

	for (size_t i = 0; i < json_count(list); i++) {
		row = json_ref_at(list, i);
		if (strcmp(json_words(row, "account"), s->account) == 0 && strcmp(json_words(row, "source"), source) == 0 &&
		    strcmp(json_words(row, "role"), role_name(s->role)) == 0) {
			json_free(row);		/* the list has it */
			return row;
		}
	}
	row = json_new_object();
	json_put_str(row, "account", s->account);
	json_put_str(row, "role", role_name(s->role));
	json_put_str(row, "source", source);
	json_append(list, row);
	return row;
}

static void
add(struct json *list, const struct state *state, const char *day)
{
	for (size_t i = 0; i < state->nspent; i++) {
		const struct state_spent *s = &state->spent[i];
		struct json *row;

		if (day != NULL && strcmp(s->day, day) != 0)
			continue;
		row = row_of(list, s, s->estimated ? "estimate" : "client");
		json_put_int(row, "input_tokens", json_int(row, "input_tokens", 0) + s->input_tokens);
		json_put_int(row, "output_tokens", json_int(row, "output_tokens", 0) + s->output_tokens);
		json_put(row, "cost_usd", json_new_real(json_real(row, "cost_usd", 0) + (double)s->cost_microusd / 1e6));
	}
}

struct json *
spending_of_day(const struct entries *es, const char *day)
{
	struct json *list = json_new_array();

	for (size_t i = 0; i < es->n; i++)
		if (es->v[i].error == NULL)
			add(list, &es->v[i].state, day);
	return list;
}

struct json *
spending_of_session(const struct state *s)
{
	struct json *list = json_new_array();

	add(list, s, NULL);
	return list;
}

void
spending_text(const struct json *row, struct text *t)
{
	text_printf(t, "%s, %s: %lld tokens in, %lld out, %.2f USD%s", json_words(row, "account"), json_words(row, "role"),
	    (long long)json_int(row, "input_tokens", 0), (long long)json_int(row, "output_tokens", 0),
	    json_real(row, "cost_usd", 0), strcmp(json_words(row, "source"), "client") == 0 ? "" : " (estimated)");
}
