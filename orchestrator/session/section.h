/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_SECTION_H
#define ORCHESTRATOR_SECTION_H

/* The section of a session in lists for people.  Everything here is pure. */

#include <stdbool.h>

struct entry;

/* The sections, in the order in which they are shown: the most urgent first. */
enum section {
	SECTION_QUESTIONS,	/* it waits for an answer */
	SECTION_STOPPED,	/* it is blocked or in conflict */
	SECTION_STUCK,		/* it needs a command: paused, without a worker, unreadable, or with an unfinished merge */
	SECTION_RUNNING,
	SECTION_READY,
	SECTION_OVER,
	SECTIONS
};
/* executing: execute is running, and starts workers that died. */
enum section section_of(const struct entry *, bool executing);

#endif
