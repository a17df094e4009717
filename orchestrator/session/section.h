/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_SECTION_H
#define ORCHESTRATOR_SECTION_H

/* Where a session stands in all lists for people.  Everything here is pure. */

#include <stdbool.h>

struct entry;

/* The sections, in the order in which they are shown: the most urgent first. */
enum section {
	SECTION_QUESTIONS,	/* it waits for an answer */
	SECTION_STOPPED,	/* it is blocked or in conflict */
	SECTION_STUCK,		/* it goes on after a command: paused, without a worker, unreadable, a merge cut short */
	SECTION_RUNNING,
	SECTION_READY,
	SECTION_OVER,
	SECTIONS
};
/* executing: execute is running, and starts workers that died. */
enum section section_of(const struct entry *, bool executing);

#endif
