/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_SPENDING_H
#define ORCHESTRATOR_SPENDING_H

/*
 * The tokens and cost of sessions, as rows of their state.json: no figure is counted twice.  A list of sums is
 * [{"account", "role", "source", "input_tokens", "output_tokens", "cost_usd"}], or has other labels before the source,
 * which is "client", or "estimate" (from the context's size).
 */

#include <stddef.h>

struct entries;
struct json;
struct state;
struct state_spent;
struct text;

struct spending_label { const char *key, *value; };	/* value: NULL = null */

/* Adds figures to the sum with these labels, and makes it if it is absent. */
void spending_add(struct json *list, const struct spending_label *, size_t n, const struct state_spent *);
/* By account and role: the use of all sessions on a day ("2026-01-31"), or of one session on all its days. */
struct json *spending_of_day(const struct entries *, const char *day);
struct json *spending_of_session(const struct state *);
/* Adds the sums of a list by account and role to another one.  NULL adds nothing. */
void spending_merge(struct json *list, const struct json *more);
/* "10 tokens in, 2 out, 0.10 USD": the figures of a sum, or of "usage" in a report; the cost only where a client
 * reports one. */
void spending_figures(const struct json *, struct text *);
/* "claude, implementer: 10 tokens in, 2 out, 0.10 USD" */
void spending_text(const struct json *sum, struct text *);
/* Prints a line "used   claude, ..." for each. */
void spending_print(const struct json *list);

#endif
