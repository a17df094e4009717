/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WORKER_CLAUDE_SCREEN_H
#define WORKER_CLAUDE_SCREEN_H

struct strings;

/* Prepares the client's private home, CLAUDE_CONFIG_DIR of env, for its own screen in dir, and adds an option, so that
 * it asks a person nothing before the first turn.  A configuration that can't be read is left to the client. */
void claude_screen(struct strings *argv, const struct strings *env, const char *dir);

#endif
