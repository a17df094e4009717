/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_STATUS_STREAMS_H
#define ORCHESTRATOR_STATUS_STREAMS_H

/* The streams of the streams file by phase, with and without sessions.  Prints nothing, or an empty list, without a file. */

struct entries;
struct json;
struct orch;

void status_streams(struct orch *, const struct entries *);
struct json *status_streams_json(struct orch *, const struct entries *);

#endif
