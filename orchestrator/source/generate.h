/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_GENERATE_H
#define ORCHESTRATOR_GENERATE_H

/* A streams file made of a task list whose tasks carry streams. */

#include "proto/plan/streams.h"

struct orch;
struct tasklist;

/*
 * What is to be written: the list's streams, with what the file at the path has that
 * is not the list's to say.  said: streams whose phase is given.  0, or a
 * sysexits status with the problems printed; to be released in any case.
 */
int generate_make(struct orch *, const struct tasklist *, const struct strings said[STREAM_PHASES],
    const char *path, struct streams *);
/* Writes it, unless it is there already as it is (*same).  One that differs is replaced only
 * by force.  0, or a sysexits status with the error printed. */
int generate_write(const struct streams *, const char *path, const char *shown, bool force,
    bool *same);

#endif
