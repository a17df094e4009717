/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PROTO_FAULT_H
#define PROTO_FAULT_H

/*
 * What kind of failure the last one was: a code beside the text for people.  It is set where
 * something failed; what follows is decided by it and never by the text, which has names in it that an
 * agent has chosen.
 *
 * Faults that pass are the machine's, and nobody's work is to blame for them: they pass by
 * themselves, or when a person makes room, and what they hit is to be tried again then.
 */

#include <stdbool.h>

#define FAULT_WORK	(-1)	/* what the implementer left is refused, and for it to repair */

/* Is it an errno of that kind? */
bool fault_passes(int error);

/* An errno, one of the above, 0 for anything else. */
void fault_set(int code);
int fault_code(void);
/* Does the last failure pass? */
bool fault_passing(void);
/* Does it say nothing of what was asked, since that passes or was not let come to its end? */
bool fault_undecided(void);
/* The code of a wait status: a child that was killed did not fail by itself, as the kernel kills when
 * memory is short. */
int fault_of_status(int status);

#endif
