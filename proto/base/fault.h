/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PROTO_FAULT_H
#define PROTO_FAULT_H

/*
 * What kind of failure the last one was: a code beside the text for people.  The code is set where the
 * failure happens.  Callers decide by the code and never by the text, since the text contains names
 * that an agent chose.
 *
 * Transient faults are the machine's and not the fault of the work: they pass by themselves, or when a
 * person makes room, and the affected operation can then be tried again.
 */

#include <stdbool.h>

#define FAULT_WORK	(-1)	/* what the implementer left is refused; the implementer must repair it */

/* Is the errno a transient fault? */
bool fault_passes(int error);

/* Sets an errno, one of the codes above, or 0 for anything else. */
void fault_set(int code);
int fault_code(void);
/* Is the last failure transient? */
bool fault_passing(void);
/* Does the last failure leave the question open, because it is transient or the operation was stopped early? */
bool fault_undecided(void);
/* The code of a wait status.  A killed child did not fail by itself: the kernel kills processes when memory is short. */
int fault_of_status(int status);

#endif
