/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_SCRUB_H
#define ORCHESTRATOR_SCRUB_H

/*
 * Removes what an agent may have left in a worktree.  Nothing is repaired: anything that
 * differs from a fresh checkout is removed, and the next checkout makes it again.
 *
 * Directories and regular files of the index stay if they have the mode, owner and group
 * of a checkout, a single name, no extended attributes, no immutable flag and no future
 * time.  Contents are not checked here.  Everything else is removed: symbolic links
 * (even those of the index), nested repositories, and files not in the index.
 */

#include <stdbool.h>
#include <stddef.h>

struct git;

/*
 * Scrubs g->worktree by g->index.  keep: files not in the index stay, except .git, .gitignore and
 * .gitattributes; which of them are ignored is decided later.  *attributes: the index has a
 * .gitattributes.  0, or -1 with err when something could not be removed or the directory itself
 * was changed after it was made.
 */
int scrub(const struct git *g, bool keep, bool *attributes, char *err, size_t errlen);

#endif
