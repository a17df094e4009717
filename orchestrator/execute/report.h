/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_REPORT_H
#define ORCHESTRATOR_REPORT_H

/*
 * The report of execute: report.json of the instance (orchestrator-session(5)), made at its end from
 * a list (executor_report.c) or from sessions alone (loop_report.c).  It is printed from the record, so
 * that it looks the same when printed again.
 */

#include <stddef.h>
#include <stdint.h>

struct entry;
struct orch;

#define REPORT_FILE	"report.json"
#define REPORT_MAX	(256u << 20)
#define REPORTS		"reports"	/* directory of the reports of all runs */

/* The result of a task or session: the lists in the record. */
enum fate { FATE_MERGED, FATE_FAILED, FATE_RUNNING, FATE_WAITING, FATE_OPEN, FATE_BLOCKED, FATES };
const char *fate_name(enum fate);

/* A record with its version, time and instance. */
struct json *report_begin(struct orch *);
/* Puts the usage that agents reported, if any; cost in millionths of a dollar. */
void report_usage(struct json *, int64_t input, int64_t output, int64_t cost);
/* The object for a session; dir: the current place of its directory. */
struct json *report_session(const struct entry *, const char *dir, const char *reason);
/* Makes it the report of the instance, and keeps it among those of all runs; errors are printed. */
void report_save(const struct orch *, const struct json *);
/* Prints a line about it, for a list of runs: its number, time, list and result. */
void report_line(size_t number, const struct json *);
/* Prints the report of a list or, without one, of the sessions: a sentence, a table, and what failed with the next
 * commands. */
void report_text(struct orch *, const struct json *);

#endif
