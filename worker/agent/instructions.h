/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WORKER_INSTRUCTIONS_H
#define WORKER_INSTRUCTIONS_H

/*
 * The instructions for agents in the base commit of the work.  A judge gets these, and its client does
 * not load the instructions that the work may have changed.
 */

#include <stdbool.h>
#include <stddef.h>

#include "proto/session/role.h"

struct worker;

/* The instructions for the client of a role's agent, with their imports, malloced; NULL = there are none. */
char *instructions_of(struct worker *, enum role);
/* Writes them into transcript/NAME.instructions, and puts its path into path; false: there are none. */
bool instructions_write(struct worker *, enum role, const char *name, char *path, size_t len);
/* Pure.  The path in the tree that "@path" in the file from imports; false = it is not an import, or it is outside. */
bool instructions_path(const char *from, const char *path, char *to, size_t len);

#endif
