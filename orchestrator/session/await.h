/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_AWAIT_H
#define ORCHESTRATOR_AWAIT_H

/*
 * Blocks until no worker holds the session at path.  Returns the exit status: 0
 * approved or merged, 1 any other end, 128 + signal when interrupted (the session
 * continues), or a sysexits status; *end is the session's status then.
 */
#include "proto/session/status.h"

int await_end(const char *path, enum status *end);

#endif
