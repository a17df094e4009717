/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WORKER_FILTER_H
#define WORKER_FILTER_H

/*
 * Commits the uncommitted changes of an implementer when filters (gitattributes(5)) convert some of the files.
 * Only a git with these filters configured can do that.  Filters are commands; therefore this git runs in the
 * confinement of the implementer's runs, in the agent's git directory.
 */

#include "proto/base/id.h"

struct worker;

/* Commits the changes from commit to w->tree, imports the new commit and writes its id into commit and its tree into
 * w->taken.tree.  0; 1: no filter converts a changed file, and nothing was done; -1: worker_fail is set, or the work
 * was handed back. */
int filter_commit(struct worker *, const char *message, char commit[OID_MAX]);
/* After setup in the clean tree: finds the filtered files whose content is that of the Git LFS pointers in the commit.
 * w->clean.files becomes the tree of the commit with these files.  0 or -1 (worker_fail is set). */
int filter_keep(struct worker *);

#endif
