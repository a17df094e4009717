/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_DOCTOR_H
#define ORCHESTRATOR_DOCTOR_H

/*
 * The checks of doctor: each adds lines to a report.  GOOD works, NOTE works with
 * a restriction, BAD does not work; the text says why and what to do.
 */

#include <stdbool.h>

#define DOCTOR_PROBE	".tmp-doctor"	/* a temporary file or directory in the state directory */

struct orch;

enum health { HEALTH_GOOD, HEALTH_NOTE, HEALTH_BAD, HEALTH_COUNT };

struct report {
	bool		 json;
	struct json	*checks;	/* for json: the array of results */
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
void doctor_cgroup(struct report *);	/* how leftover processes of a run are found, and why */
/* How runs are confined here, and why; whether their caches are layers, which walls are missing, and whether a
 * client's own sandbox starts inside. */
void doctor_confine(struct report *, const char *worker, const char *home);
/* Asks each agent of the settings whose client is installed for one word, in a session of its own. */
void doctor_agents(struct report *, struct orch *);

#endif
