/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_AWAIT_H
#define ORCHESTRATOR_AWAIT_H

/*
 * Blocks until no worker has the session at path any more.  Returns the exit status:
 * 0 approved or merged, 1 any other end, 128 + signal when interrupted (the session
 * goes on), or a sysexits status; *end is the status that the session has then.
 */
#include "proto/session/status.h"

int await_end(const char *path, enum status *end);

#endif
