/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_REPORT_BY_H
#define ORCHESTRATOR_REPORT_BY_H

struct json;
struct orch;

/* The keys by which tokens and cost can be summed; NULL ends the list. */
extern const char *const report_keys[];
/* The sums over all sessions by one of these keys, on a day ("2026-01-31"; NULL = all days).  {"by", "spent": [{KEY,
 * "source", "input_tokens", "output_tokens", "cost_usd"}]} */
struct json *report_by_json(struct orch *, const char *by, const char *day);
void report_by_print(struct orch *, const struct json *);

#endif
