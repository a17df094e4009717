/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_TERMINAL_H
#define ORCHESTRATOR_TERMINAL_H

/* Restores the modes of the terminal whenever the program ends, except by SIGKILL. */

#include <stdbool.h>
#include <stddef.h>

/* Is the program in the foreground of the terminal fd?  Yes if there never was job control; no if it ended with the shell. */
bool terminal_ours(int fd);
/* Notes the modes of standard input; -1: it is no terminal. */
int terminal_save(void);
/* From now on the end of the program restores the modes, and sends the terminal these bytes, at most 256. */
void terminal_guard(const char *leave, size_t len);
/* Keys arrive as they are pressed, and are not shown; Ctrl-C stays a signal.  Notes the modes again. */
void terminal_keys(void);
/* Restores the modes now, unless another program has the terminal.  Async-signal-safe. */
void terminal_restore(void);

#endif
