/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_REPORT_BY_H
#define ORCHESTRATOR_REPORT_BY_H

struct json;
struct orch;

/* What tokens and cost can be summed by; ended by NULL. */
extern const char *const report_keys[];
/* The sums over all sessions by one of these: on a day ("2026-01-31"), or NULL for all days.  {"by", "spent": [{KEY,
 * "source", "input_tokens", "output_tokens", "cost_usd"}]} */
struct json *report_by_json(struct orch *, const char *by, const char *day);
void report_by_print(const struct json *);

#endif
