/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_INPUT_H
#define ORCHESTRATOR_INPUT_H

/*
 * Text that a person gives a command: as an operand, on standard input for the operand "-", or in
 * $VISUAL or $EDITOR (edit), which begins with the question as a comment.
 */

#include <stdbool.h>

#include "proto/base/option.h"

#define INPUT_MAX	(64u << 10)	/* bytes */

/* All that fd, called name in errors, holds, without NUL: 0 and *text, malloced; or a sysexits status with the
 * error printed. */
int input_read(int fd, const char *name, size_t max, char **text);
/* 0 and *text, malloced and not empty; or a sysexits status with the error printed. */
int input_text(const struct syntax *, const char *operand, bool edit, const char *question, char **text);

/* Asks a person on the terminal: 0 = yes, EX_NEGATIVE = no.  Without a terminal prints the refusal: EX_USAGE. */
int input_confirm(const char *question, const char *refusal);

#endif
