/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WORKER_IMPORT_H
#define WORKER_IMPORT_H

/* Imports commits into the repository from a git directory that runs write. */

#include <stddef.h>

struct worker;

/* Imports the objects of HEAD in the git directory dir; *commit is HEAD, or state.head.  0, or -1 with err. */
int import_objects(struct worker *, const char *dir, char *commit, char *err, size_t len);
/* The same for work that will be judged: it continues the work so far, or is handed back.  0 or -1 (worker_fail
 * is set). */
int import_work(struct worker *, const char *dir, char *commit);

#endif
