/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_REPORT_H
#define ORCHESTRATOR_REPORT_H

/*
 * The report of execute: report.json of the instance (orchestrator-session(5)), made at its end from
 * a list (flow_report.c) or from the sessions alone (loop_report.c), and shown from the record, so
 * that it looks the same when it is shown again.
 */

#include <stdint.h>

struct entry;
struct orch;

#define REPORT_FILE	"report.json"

/* What became of a task, or of a session: the members of the record that are lists. */
enum fate { FATE_MERGED, FATE_FAILED, FATE_RUNNING, FATE_WAITING, FATE_OPEN, FATE_BLOCKED, FATES };
const char *fate_name(enum fate);

/* A record with its version, time and instance. */
struct json *report_begin(const struct orch *);
/* Puts what agents said they have used, if they did; cost in millionths of a dollar. */
void report_usage(struct json *, int64_t input, int64_t output, int64_t cost);
/* The member of a session; dir: where its directory is by now. */
struct json *report_session(const struct entry *, const char *dir, const char *reason);
/* Replaces the instance's; errors are printed. */
void report_save(const struct orch *, const struct json *);
/* Of a list, or when there is none of the sessions. */
void report_text(const struct json *);

#endif
