/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_ARTIFACTS_H
#define ORCHESTRATOR_ARTIFACTS_H

/* The files that merges added or changed. */

#include <stddef.h>
#include <stdint.h>

struct git;
struct text;

struct artifact {
	char	*path;
	int64_t	 bytes;
};
struct artifacts { struct artifact *v; size_t n; };

/* Loads them for n merge commits, each against its first parent, with two git processes in total.  The caller
 * releases of[i].  0, or -1 with err. */
int artifacts_load(const struct git *, const char *const commits[], size_t n, struct artifacts *of,
    char *err, size_t errlen);
void artifacts_release(struct artifacts *);
/* Pure, for tests: parses the output of the two commands.  hex: digits of an object id. */
int artifacts_parse(const char *out, size_t len, size_t hex, const char *const commits[], size_t n,
    struct artifacts *of, struct text *oids);
void artifacts_sizes(const char *out, struct artifacts *of, size_t n);

#endif
