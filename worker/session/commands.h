/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WORKER_COMMANDS_H
#define WORKER_COMMANDS_H

/* The table of commands, and the options before a command. */

#include "proto/base/program.h"

struct globals { char *const *command; };
extern const struct program worker_program;

#endif
