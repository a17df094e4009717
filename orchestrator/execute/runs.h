/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_RUNS_H
#define ORCHESTRATOR_RUNS_H

/*
 * The reports of all runs of an instance, oldest first: those in reports/, and those that only the events have
 * (events.h): whose file was lost, or whose execute was killed before it made one.
 */

#include <stdbool.h>
#include <stddef.h>

struct json;
struct orch;

struct runs { struct json **v; size_t n; };

/* over: no execute runs there now, so that the last run has ended. */
void runs_load(struct runs *, const char *instance, bool over);
void runs_release(struct runs *);
/* One report over all runs of a list; NULL = no run. */
struct json *runs_sum(const struct runs *, const char *list);

#endif
