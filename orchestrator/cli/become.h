/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_BECOME_H
#define ORCHESTRATOR_BECOME_H

struct orch;
struct strings;

/*
 * Replaces this process with a program from the directory of the worker, and runs it in the directory of the repository.
 * Its first argument is the path of orchestrator, for the commands that it runs; the words follow.  Returns only on failure: a
 * sysexits status, with the error printed.
 */
int become_program(struct orch *, const char *program, const struct strings *words);

#endif
