/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_STATUS_PLACES_H
#define ORCHESTRATOR_STATUS_PLACES_H

/* The repositories that orchestrator status looks at, and its one line for prompts and status bars. */

#include <stdbool.h>

#include "proto/base/strings.h"

struct orch;

/* Adds the directories of all repositories of the user that have a workspace, sorted. */
void places_find(const struct orch *, struct strings *dirs);
/* Prints "?1 !2 >3 +4" for the sessions of these repositories together: the numbers with a question, with
 * another need for a person, running, and ready to merge; nothing when all are 0.  git is not run.  With json it is an
 * object for status bars (orchestrator-json(7)). */
void places_line(const struct strings *dirs, bool json);

#endif
