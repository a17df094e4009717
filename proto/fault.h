/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PROTO_FAULT_H
#define PROTO_FAULT_H

/*
 * Faults of the machine that nobody's work is to blame for: they pass by themselves, or
 * when somebody makes room, and what they hit is to be tried again then.
 */

#include <stdbool.h>

/* Is it an errno of that kind? */
bool fault_passes(int error);
/* Does a reason say so?  The words of another program are all there is to tell by; a child
 * that was killed is one, too. */
bool fault_told(const char *why);

#endif
