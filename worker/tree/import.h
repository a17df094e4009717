/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WORKER_IMPORT_H
#define WORKER_IMPORT_H

/* Commits of a git directory that runs write, taken into the repository. */

#include <stddef.h>

struct worker;

/* Takes in the objects of the HEAD of the git directory dir; *commit is that, or state.head.  0, or -1
 * with err. */
int import_objects(struct worker *, const char *dir, char *commit, char *err, size_t len);
/* The same of what is to be judged: it goes on from the work so far, or is handed back.  0 or -1 (worker_fail
 * is set). */
int import_work(struct worker *, const char *dir, char *commit);

#endif
