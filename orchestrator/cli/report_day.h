/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_REPORT_DAY_H
#define ORCHESTRATOR_REPORT_DAY_H

#include <stdint.h>

struct json;
struct orch;

/* The sessions that ended in that time (wall ms), of lists and others: day.schema.json. */
struct json *report_day_json(struct orch *, int64_t from, int64_t to);
void report_day_print(const struct json *);

#endif
