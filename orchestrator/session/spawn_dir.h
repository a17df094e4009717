/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_SPAWN_DIR_H
#define ORCHESTRATOR_SPAWN_DIR_H

/*
 * Making a session directory: it is built as isolated-sessions/.new-<id>, made
 * durable, and renamed in, so a visible directory is complete.
 */

#include <stddef.h>

struct config;
struct item;
struct orch;
struct prompts;

/* 0, or -1 with errno and a reason; spawn_dir_drop then removes the parts. */
int spawn_dir_make(struct orch *, const struct config *, const struct item *,
    const struct prompts *, char *err, size_t errlen);
/* Removes a session directory that no worker has begun, or what a killed dispatch left of one.  -1: a worker
 * has it, or it can't be removed durably, so it stays. */
int spawn_dir_drop(struct orch *, const char *session);
/* Removes copies of the worker's program that a killed dispatch left.  Returns their number. */
size_t spawn_dir_tidy(struct orch *);

#endif
