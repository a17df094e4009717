/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_REPORT_SESSIONS_H
#define ORCHESTRATOR_REPORT_SESSIONS_H

/* The sessions of a report: the sessions that it names, and other attempts at its items during its run. */

#include "orchestrator/session/registry.h"

struct json;

struct report_sessions {
	struct entries	 all;	/* of the repository */
	struct entry	*v;	/* the sessions of the report, oldest first; all owns their memory */
	size_t		 n;
};

void report_sessions(struct orch *, const struct json *report, struct report_sessions *);
/* The session with this id; NULL = none, also for id NULL. */
const struct entry *report_sessions_find(const struct report_sessions *, const char *id);
void report_sessions_release(struct report_sessions *);

#endif
