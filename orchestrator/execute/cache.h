/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_CACHE_H
#define ORCHESTRATOR_CACHE_H

/* orchestrator.json: what execute knows, for people who like ls and cat.  Never read.  Writing it takes time
 * proportional to the number of sessions; loop_cache() limits how often. */

#include "orchestrator/execute/table.h"

struct orch;

void cache_write(const struct orch *, const struct table *);

#endif
