/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WORKER_JUNK_H
#define WORKER_JUNK_H

/*
 * Files that do not belong in a commit: core dumps, installed packages, large files and files with a secret,
 * in any commit that the work adds.  The item's outputs and the setting "allow_files" allow them.
 */

struct worker;

/* 0; -1: commit adds such files, and the work is given back to the implementer, or the commit can't be read
 * (worker_fail is set). */
int junk_check(struct worker *, const char *commit);

#endif
