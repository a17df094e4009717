/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_STOP_H
#define ORCHESTRATOR_STOP_H

/* Ends the living worker of a session. */

#include "orchestrator/session/registry.h"

/* Asks it by the file "cancel", and kills it (*forced) when it has not stopped after its grace.  fd: the session
 * directory.  0, or a sysexits status with the error printed.  Opens and leaves the watches of the process. */
int session_stop(struct entry *, int fd, bool *forced);

#endif
