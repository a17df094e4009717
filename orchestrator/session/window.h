/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_WINDOW_H
#define ORCHESTRATOR_WINDOW_H

/*
 * Windows of tmux, with the setting terminal: one for each session, in a tmux session that is named after the
 * repository; for the session of a stream a tmux session of its own, "claude-" and the stream.  They show the log.
 * No session depends on its window.
 */

#include <stdbool.h>

struct config;
struct entry;
struct orch;

/* Opens the window of a session.  A failure is a warning. */
void window_open(struct orch *, const struct config *);
/* Opens the screen of the session's client in its window, and goes there from this terminal.  Returns only on failure: a
 * sysexits status with the error printed; or -1 if the session has no window, or this process is in it. */
int window_attach(struct orch *, const struct entry *);

#endif
