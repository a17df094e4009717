/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_ROW_LINE_H
#define ORCHESTRATOR_ROW_LINE_H

#include <stdbool.h>
#include <stdint.h>

#include "orchestrator/model/rows.h"
#include "orchestrator/watch/frame.h"

/* Adds the line of a session. */
void row_line(struct frame *, const struct row *, bool chosen, int64_t now);

#endif
