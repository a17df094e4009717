/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_IDENTITY_H
#define ORCHESTRATOR_IDENTITY_H

/*
 * Which workspace belongs to a repository.  Its name is made from the path; the file orchestrator.json of the git
 * directory records it together with that path, and device and inode of the git directory.  So a repository that
 * was moved, whose sessions hold the old path, is told from a copy, which gets a workspace of its own.
 */

#include <stddef.h>

struct git_repo;

/* The name, malloced: the recorded one as long as the recorded path leads to this git directory.  NULL with err
 * when the repository was moved and home still has the workspace of the old path. */
char *identity_find(const struct git_repo *, const char *home, char *err, size_t errlen);
/* The recorded name, if it was recorded for this git directory; malloced, or NULL.  Only the member common is used. */
char *identity_recorded(const struct git_repo *);
/* Records the name.  Failures are ignored: then the path alone decides. */
void identity_record(const struct git_repo *, const char *name);
/* Notes the path of the git directory in the workspace.  Failures are ignored. */
void identity_note(const struct git_repo *, const char *workspace);

#endif
