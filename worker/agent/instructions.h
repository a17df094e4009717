/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WORKER_INSTRUCTIONS_H
#define WORKER_INSTRUCTIONS_H

/*
 * The instructions to agents in the base commit of the work.  A judge is given these, while its client
 * does not load the instructions that the work may have changed.
 */

#include <stdbool.h>
#include <stddef.h>

#include "proto/session/role.h"

struct worker;

/* Those for the client of the agent of a role, and what they import, malloced; NULL = there are none. */
char *instructions_of(struct worker *, enum role);
/* Writes them into transcript/NAME.instructions, and where that is into path; false: there are none. */
bool instructions_write(struct worker *, enum role, const char *name, char *path, size_t len);
/* Path in the tree of what the word "@path" in the file from imports; false = it is none, or outside.  Pure. */
bool instructions_path(const char *from, const char *path, char *to, size_t len);

#endif
