/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_PROGRAM_H
#define ORCHESTRATOR_PROGRAM_H

#include <stdbool.h>

/* Can the program of a command line be run?  path: PATH of its environment. */
bool program_exists(const char *program, const char *path);

#endif
