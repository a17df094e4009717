/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PROTO_GLOB_H
#define PROTO_GLOB_H

/*
 * The globs of allowed_paths, compared with each other and with paths.  Pure.
 *
 * Paths are relative to the top of the repository.  "*" and "?" stay within one
 * name, "[a-z]" and "[!a-z]" are one character, "\" takes the next character
 * literally, and a name "**" is any number of names, including none.  A pattern that matches a
 * directory also matches everything below it.
 */

#include <stdbool.h>

#include "proto/base/strings.h"

/* Does the pattern match the path, in the form in which git names it? */
bool glob_match(const char *pattern, const char *path);
/* Can both patterns match the same path?  When in doubt, true. */
bool glob_overlap(const char *, const char *);
/* Does any pattern of one list overlap any of the other? */
bool globs_overlap(const struct strings *, const struct strings *);
/* Can the pattern name anything below the top: it is not empty or absolute, and no name in it is ".."? */
bool glob_within(const char *);

#endif
