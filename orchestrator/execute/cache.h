/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_CACHE_H
#define ORCHESTRATOR_CACHE_H

/* orchestrator.json: the sessions, and what execute works through, for people who like ls and cat.  Writing it takes
 * time proportional to the number of sessions; loop_cache() limits how often. */

struct json;
struct loop;
struct orch;

void cache_write(const struct loop *);
/* The same for commands that made a session, unless execute is there to write it. */
void cache_write_all(struct orch *);
/* What the running execute noted about itself: "pid", "lists" and so on; NULL when none runs.  The caller frees it. */
struct json *cache_execute(const struct orch *);

#endif
