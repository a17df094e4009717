/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WORKER_INCLUDE_H
#define WORKER_INCLUDE_H

/*
 * .worktreeinclude: patterns, as in .gitignore, of ignored files of the user's checkout that each fresh tree gets.
 * The patterns are those of the target (base), never of the work.
 */

struct strings;
struct worker;

/* Copies them into a tree that was just checked out; a file that is there stays.  What can't be copied is told in
 * the log. */
void include_files(struct worker *, const char *tree);

/* Adds the names of those files. */
void include_names(struct worker *, struct strings *);

#endif
