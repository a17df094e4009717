/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_GENERATE_H
#define ORCHESTRATOR_GENERATE_H

/* Makes a streams file from a task list whose tasks carry streams. */

#include "proto/plan/streams.h"

struct orch;
struct tasklist;

/*
 * The new contents: the list's streams, with the parts of the existing file at the
 * path that the list does not determine.  said: streams whose phase is given.  0, or
 * a sysexits status with the problems printed; must be released in any case.
 */
int generate_make(struct orch *, const struct tasklist *, const struct strings said[STREAM_PHASES],
    const char *path, struct streams *);
/* Writes it, unless the file is already the same (*same).  Replaces a different file only with force.  0, or a
 * sysexits status with the error printed. */
int generate_write(const struct streams *, const char *path, const char *shown, bool force,
    bool *same);

#endif
