/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_CONTROL_H
#define ORCHESTRATOR_CONTROL_H

/*
 * control/ of the instance: what a person asks of execute, a file each, heard by inotify.
 *
 *	paused		no sessions are started while it exists
 *	tl-XXXXXXXX	a list that execute works through beside its own, with the options for it
 *
 * A file stays until what it asks for has ended, so that a crash of execute loses nothing.
 */

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define CONTROL_DIRECTORY	"control"
#define CONTROL_PAUSED		"paused"
#define CONTROL_MAX		(64u << 10)	/* bytes of a file */

struct orch;

/* The process that runs execute in the instance, 0 when there is none. */
pid_t control_execute(const struct orch *);
/* The path of the directory; malloced. */
char *control_path(const struct orch *);
bool control_paused(const struct orch *);
/* 0, or a sysexits status with the error printed.  The second returns EX_NEGATIVE when nothing was paused. */
int control_pause(const struct orch *);
int control_resume(const struct orch *);

/* Leaves a request for a list; 0, or a sysexits status with the error printed. */
int control_put(const struct orch *, const char *list, const char *text, size_t len);
/* Is there a request for the list? */
bool control_has(const struct orch *, const char *list);
/* Takes it back: true when it was there. */
bool control_drop(const struct orch *, const char *list);
/* Calls fn for each list that is asked for, with the text of its request; stops when fn returns other than 0, and
 * returns that. */
int control_each(const struct orch *, int (*fn)(void *, const char *list, const char *text, size_t len), void *);

#endif
