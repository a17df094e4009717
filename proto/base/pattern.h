/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PROTO_PATTERN_H
#define PROTO_PATTERN_H

/* Regular expressions of the settings, Perl's (pcre2pattern(3)): the only user of PCRE2.
 * regcomp(3) of glibc is not for what comes from a file: "a" and 22 "+" take all memory there is. */

#include <stddef.h>

/* Of a search, wherever in the text it begins; it is over in some milliseconds, found or not. */
#define PATTERN_STEPS	200000		/* parts of the expression that are tried */
#define PATTERN_MEMORY	(16 << 10)	/* KiB */

struct pattern;

/* To be freed with pattern_free(); NULL with one line, what is wrong and where, in reason. */
struct pattern *pattern_new(const char *expression, char *reason, size_t len);
void pattern_free(struct pattern *);

/* 1: found in text, 0: not, -1: that can't be told within PATTERN_STEPS and PATTERN_MEMORY.
 * "." is any character, "$" the end of the text. */
int pattern_found(const struct pattern *, const char *text);

#endif
