/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_DOCTOR_H
#define ORCHESTRATOR_DOCTOR_H

/*
 * The checks of doctor: each adds lines to a report.  GOOD works, NOTE works with
 * a limit, BAD will not work; the text says why and what to do.
 */

#include <stdbool.h>

#define DOCTOR_PROBE	".tmp-doctor"	/* what it makes for a moment, in the state directory */

enum health { HEALTH_GOOD, HEALTH_NOTE, HEALTH_BAD, HEALTH_COUNT };

struct report {
	bool		 json;
	struct json	*checks;	/* with json: the array of results */
	bool		 bad;
};
void report_add(struct report *, const char *name, enum health, const char *, ...)
    __attribute__((format(printf, 4, 5)));

/* The machine: git, file systems, inotify, locks, leases, /proc. */
void doctor_git(struct report *);
void doctor_home(struct report *, const char *home);
void doctor_file_system(struct report *, const char *name, const char *path);
void doctor_inotify(struct report *);
void doctor_proc(struct report *);
void doctor_cgroup(struct report *);	/* how what a run leaves is found, and why */
/* What confines runs here, and why; are their caches layered, which walls are missing, and does a
 * client's own sandbox start inside? */
void doctor_confine(struct report *, const char *worker, const char *home);

#endif
