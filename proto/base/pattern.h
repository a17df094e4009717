/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PROTO_PATTERN_H
#define PROTO_PATTERN_H

/* Regular expressions from the settings, in Perl's syntax (pcre2pattern(3)).  Nothing else uses PCRE2.  glibc's
 * regcomp(3) is unsafe for expressions from a file: "a" with 22 "+" exhausts memory. */

#include <stddef.h>

/* Limits of a search over the whole text: it ends within some milliseconds, found or not. */
#define PATTERN_STEPS	200000		/* attempts to match parts of the expression */
#define PATTERN_MEMORY	(16 << 10)	/* KiB */

struct pattern;

/* Returns a pattern for pattern_free(); NULL with reason set to one line that says what is wrong and where. */
struct pattern *pattern_new(const char *expression, char *reason, size_t len);
void pattern_free(struct pattern *);

/* 1: found in text; 0: not found; -1: exceeded PATTERN_STEPS or PATTERN_MEMORY.  "." matches any character, "$"
 * the end of the text. */
int pattern_found(const struct pattern *, const char *text);

#endif
