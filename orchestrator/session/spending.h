/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_SPENDING_H
#define ORCHESTRATOR_SPENDING_H

/* The tokens and cost of sessions by account and role; no figure is counted twice. */

struct entries;
struct json;
struct state;
struct text;

/* The use of all sessions on a day ("2026-01-31"), or of one session on all its days: [{"account", "role", "source",
 * "input_tokens", "output_tokens", "cost_usd"}].  source is "client", or "estimate" (from the context's size). */
struct json *spending_of_day(const struct entries *, const char *day);
struct json *spending_of_session(const struct state *);
/* "claude, implementer: 10 tokens in, 2 out, 0.10 USD" */
void spending_text(const struct json *row, struct text *);

#endif
