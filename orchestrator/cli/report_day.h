/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_REPORT_DAY_H
#define ORCHESTRATOR_REPORT_DAY_H

#include <stdbool.h>
#include <stdint.h>

struct entries;
struct entry;
struct json;
struct orch;

/* All sessions, also archived and discarded ones, in the order of their ends; freed by entries_release(). */
void report_load(struct orch *, struct entries *);
/* Did the session end at or after from, and before to (wall ms)? */
bool report_ended(const struct entry *, int64_t from, int64_t to);
/* The sessions that ended in that time (wall ms), of lists and others: day.schema.json. */
struct json *report_day_json(struct orch *, int64_t from, int64_t to);
void report_day_print(struct orch *, const struct json *);

#endif
