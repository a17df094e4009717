/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_LAST_SAID_H
#define ORCHESTRATOR_LAST_SAID_H

struct entry;

/* The last line that an agent of the session printed, from the end of output.log, without its role; malloced.  NULL:
 * there is none. */
char *last_said(const struct entry *);

#endif
