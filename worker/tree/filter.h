/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WORKER_FILTER_H
#define WORKER_FILTER_H

/*
 * The commit of what an implementer left where filters (gitattributes(5)) convert files: it is made by a git that
 * has them, and therefore in the confinement of the implementer's runs, in the agent's git directory.
 */

#include "proto/record/state.h"

struct worker;

/* Commits what w->tree has changed of commit, which becomes the new one, imported; w->taken.tree is its tree.  0; 1: no
 * filter converts any of it, and nothing was done; -1 (worker_fail is set, or it was handed back). */
int filter_commit(struct worker *, const char *message, char commit[OID_MAX]);
/* Setup has run in the clean tree: which files that filters convert are what the commit says?  w->clean.files is the
 * tree with those.  0 or -1 (worker_fail is set). */
int filter_keep(struct worker *);

#endif
