/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_REPORT_OTLP_H
#define ORCHESTRATOR_REPORT_OTLP_H

/*
 * Sessions as traces, by the OpenTelemetry conventions for generative AI (orchestrator-execute(1)).  All ids are
 * derived from the session's id, so that the same session always has the same spans.
 */

#include <stdint.h>

struct orch;

/* The version of the conventions. */
#define OTLP_CONVENTIONS	"1.41.0"

/* Writes the sessions that ended in this time (wall ms) as JSON lines, in the order of their ends: an
 * ExportTraceServiceRequest of OTLP/JSON for each.  path is replaced as a whole; "-" is standard output.  0, or an
 * exit status with the error printed. */
int report_otlp(struct orch *, int64_t from, int64_t to, const char *path);

#endif
