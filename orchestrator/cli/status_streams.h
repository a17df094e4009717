/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_STATUS_STREAMS_H
#define ORCHESTRATOR_STATUS_STREAMS_H

/* The streams of the streams file by phase, with and without sessions.  Prints nothing, or an empty list, without a file.
 * only: this stream alone, NULL = all. */

#include <stdbool.h>

struct entries;
struct json;
struct orch;

void status_streams(struct orch *, const struct entries *, const char *only, bool executing);
struct json *status_streams_json(struct orch *, const struct entries *, const char *only);

#endif
