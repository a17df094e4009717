/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_NOTICE_H
#define ORCHESTRATOR_NOTICE_H

/*
 * Notices of execute's events: to the desktop, the terminal's bell and the command of the settings.
 *
 *	notices_open(&n, o, log);	before the first event of this run
 *	notices_add(&n, ...);		for each event
 *	notices_reaped(&n, pid);	for each child that has ended
 *	notices_close(&n);		sends what waits
 *
 * One child at a time sends them in order, so execute never waits for a command.  An event in events.jsonl says that all
 * before it are sent; of others, the next run sends their number.
 */

#include <stdbool.h>
#include <sys/types.h>

#include "proto/base/strings.h"
#include "proto/settings/quiet_hours.h"
#include "proto/settings/settings.h"
#include "proto/sys/watch.h"

struct events;
struct json;
struct orch;

struct notices {
	struct orch		*o;
	struct events		*log;
	bool			 before;	/* news of the time before this run: not in the log yet */
	struct settings		 settings;
	bool			 on;		/* anything receives notices */
	bool			 quiet;		/* the settings have quiet hours */
	struct quiet_hours	 hours;
	struct watch_timer	 over;		/* the end of the quiet hours */
	size_t			 held;		/* notices of these quiet hours, and of earlier runs that could not send them */
	struct json		*known;		/* events of earlier runs */
	struct strings		 waiting;	/* events_line() */
	pid_t			 pid;		/* the child that sends, 0 = none */
};

/* Is the event a notice: is a person needed, or has work ended or met a limit? */
bool notice_event(const char *event);	/* pure */
void notices_open(struct notices *, struct orch *, struct events *log);
void notices_add(struct notices *, const char *session, const char *event, const char *text);
bool notices_reaped(struct notices *, pid_t);
/* The timer's function: sends one notice of how many were held back. */
void notices_quiet_over(void *);
/* Waits for what is being sent, some seconds at most. */
void notices_close(struct notices *);

#endif
