/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <err.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/glob.h"
#include "proto/base/text.h"
#include "tests/fuzz/fuzz.h"

/*
 * Does a glob match a path?  An independent implementation from glob.h, one
 * character after another, to compare with.
 */

#define BUDGET	5000		/* steps, since trying everything is not linear */

static uint32_t
character(const char **s)
{
	const unsigned char *p = (const unsigned char *)*s;
	uint32_t c = p[0];
	size_t n = c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;

	if (n > 1)
		c &= 0x7fu >> n;
	for (size_t i = 1; i < n; i++)
		c = c << 6 | (p[i] & 0x3f);
	*s += n;
	return c;
}

/* "[...]" at p, up to end: does it contain c?  Returns its end, or NULL when it is not a class. */
static const char *
in_class(const char *p, const char *end, uint32_t c, bool *in)
{
	const char *first;
	bool except;
	uint32_t from, to;

	p++;
	except = p < end && (*p == '!' || *p == '^');
	p += except;
	*in = except;
	for (first = p; p < end && (*p != ']' || p == first);) {
		from = to = character(&p);
		if (p + 1 < end && *p == '-' && p[1] != ']') {
			p++;
			to = character(&p);
		}
		if (c >= from && c <= to)
			*in = !except;
	}
	return p < end ? p + 1 : NULL;
}

static bool
name_matches(const char *p, const char *pend, const char *s, const char *end, int *budget)
{
	const char *next;
	uint32_t c;
	bool in;

	while (p < pend && --*budget > 0) {
		if (*p == '*') {
			for (p++;; (void)character(&s)) {
				if (name_matches(p, pend, s, end, budget))
					return true;
				if (s >= end)
					return false;
			}
		}
		if (s >= end)
			return false;
		c = character(&s);
		if (*p == '?')
			p++;
		else if (*p == '[' && (next = in_class(p, pend, c, &in)) != NULL) {
			if (!in)
				return false;
			p = next;
		} else {
			p += *p == '\\' && p + 1 < pend;
			if (character(&p) != c)
				return false;
		}
	}
	return *budget > 0 && s >= end;
}

/* The next name at *s: returns its end; skips empty names. */
static const char *
name_at(const char **s)
{
	size_t n;

	for (;; *s += n) {
		*s += strspn(*s, "/");
		n = strcspn(*s, "/");
		if (n != 1 || **s != '.')
			return *s + n;
	}
}

static bool
matches(const char *p, const char *path, int *budget)
{
	const char *pend = name_at(&p), *end = name_at(&path);

	if (--*budget <= 0)
		return false;
	if (pend == p)
		return true;		/* matches everything below */
	if (pend - p == 2 && p[0] == '*' && p[1] == '*')
		return matches(pend, path, budget) || (end > path && matches(p, end, budget));
	return end > path && name_matches(p, pend, path, end, budget) && matches(pend, end, budget);
}

/* Is it a path as git names it? */
static bool
is_path(const char *s)
{
	size_t n;

	for (;; s += n + 1) {
		n = strcspn(s, "/");
		if (n == 0 || (n == 1 && *s == '.'))
			return false;
		if (s[n] == '\0')
			return true;
	}
}

/* Two globs and a path. */
void
fuzz_glob(const char *buf, size_t len)
{
	char *a = fuzz_field(&buf, &len), *b = fuzz_field(&buf, &len), *path = fuzz_field(&buf, &len);
	bool yes = glob_overlap(a, b), in_a, in_b;
	int budget = BUDGET;

	if (yes != glob_overlap(b, a))
		fuzz_fail("\"%s\" and \"%s\": from one side alone", a, b);
	if (text_utf8_valid(a, strlen(a)) && text_utf8_valid(b, strlen(b)) &&
	    text_utf8_valid(path, strlen(path))) {
		in_a = matches(a, path, &budget);
		in_b = matches(b, path, &budget);
		if (in_a && in_b && !yes)
			fuzz_fail("\"%s\" and \"%s\" both match \"%s\"", a, b, path);
		if (in_a && !glob_overlap(a, a))
			fuzz_fail("\"%s\" has nothing in common with itself", a);
		if (budget > 0 && is_path(path) && (glob_match(a, path) != in_a || glob_match(b, path) != in_b))
			fuzz_fail("\"%s\" or \"%s\" and \"%s\": matched otherwise", a, b, path);
	}
	free(a);
	free(b);
	free(path);
}
