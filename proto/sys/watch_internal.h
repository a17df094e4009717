/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PROTO_WATCH_INTERNAL_H
#define PROTO_WATCH_INTERNAL_H

/*
 * Shared by the two halves of watch.h: watch.c has the directories and the
 * library, watch_wait.c signals, descriptors, timers and the wait.
 */

#include "proto/sys/watch.h"

/* Returns the inotify descriptor, which callers may only wait for, or -1. */
int watch_files_open(void);
void watch_files_close(void);
/*
 * Takes events from the library without blocking, at most *batch, which it
 * decrements: 1 = ev is filled in, 0 = none is left, -1 = the batch is used up.
 */
int watch_files_next(struct watch_event *ev, int *batch);

/* From now on files are checked once a second; a warning says why and what helps. */
void watch_degrade(const char *why, const char *remedy);

#endif
