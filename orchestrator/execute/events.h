/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_EVENTS_H
#define ORCHESTRATOR_EVENTS_H

/*
 * events.jsonl of the instance: each event of execute as a line of JSON, the same as --json prints, and the reports.
 * Its only writer is execute, with the lock.  At EVENTS_MAX it becomes events.1.jsonl.
 */

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define EVENTS_FILE	"events.jsonl"
#define EVENTS_OLD	"events.1.jsonl"
#define EVENTS_MAX	(8 << 20)	/* bytes */

struct json;
struct orch;

struct events { int dir, fd; off_t size; };

/* Opens the log for more lines; an error is printed, and then nothing is written. */
void events_open(struct events *, const struct orch *);
void events_close(struct events *);
/* Appends a line, without its newline. */
void events_add(struct events *, const char *line);
/* {"at", "session", "event", "text"}: a line to print and to append; malloced. */
char *events_line(const char *session, const char *event, const char *text);
/* Prints it for people, as it happened at that time (show.h). */
void events_show(int64_t at, const char *session, const char *event, const char *text);
/* Calls fn for each event in order, those of the older file first, until fn returns false. */
void events_each(const char *instance, bool (*fn)(void *, const struct json *), void *);

/* The size of the log. */
off_t events_size(const struct orch *);
/*
 * Prints what is appended after that size as execute prints it, until the list has ended (NULL: until execute has
 * ended).  0 when the whole list is COMPLETE, else EX_NEGATIVE; EX_TEMPFAIL, with a message, when execute ended
 * before; 128 + the number of a signal.
 */
int events_follow(struct orch *, const char *list, off_t from);

#endif
