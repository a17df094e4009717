/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_JOIN_H
#define ORCHESTRATOR_JOIN_H

/* The request that execute works through one more list: the options for it, as a record in control/. */

#include <stddef.h>

#include "orchestrator/execute/executor.h"

struct orch;

/* Leaves the request for a running execute; 0, or a sysexits status with the error printed. */
int join_put(const struct orch *, const char *list, const struct executor_options *);
/* 0, or -1 with the reason. */
int join_read(struct executor_options *, const char *text, size_t len, char *err, size_t errlen);

#endif
