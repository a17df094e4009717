/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PROTO_GLOB_H
#define PROTO_GLOB_H

/*
 * The globs of allowed_paths, compared with each other and with paths.  Pure.
 *
 * Paths are relative to the top of the repository.  "*" and "?" stay within one
 * name, "[a-z]" and "[!a-z]" are one character, "\" takes the next one as it is,
 * and a name "**" is any number of names, also none.  A pattern that matches a
 * directory is one for everything below it.
 */

#include <stdbool.h>

#include "proto/base/strings.h"

/* Is the path, as git names it, one that the pattern is for? */
bool glob_match(const char *pattern, const char *path);
/* Can there be a path that both are for?  Where it is not sure, yes. */
bool glob_overlap(const char *, const char *);
/* Is that so for any two of them? */
bool globs_overlap(const struct strings *, const struct strings *);
/* Can it name anything below the top: it is not empty or absolute, and no name in it is ".."? */
bool glob_within(const char *);

#endif
