/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_SPAWN_DIR_H
#define ORCHESTRATOR_SPAWN_DIR_H

/*
 * The birth of a session directory: built as isolated-sessions/.new-<id>, made
 * durable, renamed in.  One that can be seen is complete.
 */

#include <stddef.h>

struct config;
struct item;
struct orch;
struct prompts;

/* 0, or -1 with errno and a reason; then spawn_dir_drop removes what there is of it. */
int spawn_dir_make(struct orch *, const struct config *, const struct item *,
    const struct prompts *, char *err, size_t errlen);
/* Takes one away again that no worker has taken up, or what a killed dispatch left
 * of it.  -1: a worker has it, or it can't be done durably; so it stays. */
int spawn_dir_drop(struct orch *, const char *session);
/* Removes what a killed dispatch left of a copy of the worker's program. How many. */
size_t spawn_dir_tidy(struct orch *);

#endif
