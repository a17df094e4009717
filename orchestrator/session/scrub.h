/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_SCRUB_H
#define ORCHESTRATOR_SCRUB_H

/*
 * What an agent may have left in a worktree, removed.  Nothing is repaired: what is
 * not exactly as a checkout makes it goes, and the checkout that follows makes it anew.
 *
 * What stays are directories and regular files of the index, of the mode, owner
 * and group that a checkout gives them, each with one name, without extended attributes,
 * not immutable, not from the future.  Their contents are not looked at here.
 * All else goes: symbolic links (also those of the index), nested repositories, files
 * beside the index.
 */

#include <stdbool.h>
#include <stddef.h>

struct git;

/*
 * g->worktree against g->index.  keep: files beside the index stay, but no .git, .gitignore
 * or .gitattributes: which of them are ignored is a later question.  *attributes: the index has a
 * .gitattributes.  0, or -1 with err when something could not be removed or the directory itself
 * was changed after it was made.
 */
int scrub(const struct git *g, bool keep, bool *attributes, char *err, size_t errlen);

#endif
