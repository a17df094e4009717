/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "proto/base/glob.h"
#include "proto/base/text.h"

/* The character at *s, which is advanced; a byte that begins no valid character counts as one itself. */
static unsigned
take(const char **s, const char *end)
{
	uint32_t c = (unsigned char)**s;
	size_t n = text_char(*s, (size_t)(end - *s), &c);

	*s += n == 0 ? 1 : n;
	return n < 2 ? c : c | 0x80000000u;	/* never equal to a bare byte */
}

/* Parses "[...]" at *p, after the bracket: does c belong to it?  -1 when it is not a class; advances *p. */
static int
in_class(const char **p, const char *end, unsigned c)
{
	const char *s = *p, *first;
	bool except = s < end && (*s == '!' || *s == '^'), found = false;
	unsigned from, to;

	s += except;
	for (first = s; s < end && (*s != ']' || s == first);) {
		from = to = take(&s, end);
		if (s + 1 < end && s[0] == '-' && s[1] != ']') {
			s++;
			to = take(&s, end);
		}
		found |= from <= c && c <= to;
	}
	if (s >= end)
		return -1;
	*p = s + 1;
	return found != except;
}

/* Matches one character of a pattern against one of a name. */
static bool
one(const char **p, const char *pend, unsigned c)
{
	unsigned want = take(p, pend);
	int in;

	if (want == '?')
		return true;
	if (want == '[' && (in = in_class(p, pend, c)) != -1)
		return in == 1;
	if (want == '\\' && *p < pend)
		want = take(p, pend);
	return want == c;
}

static bool
name_matches(const char *p, const char *pend, const char *s, const char *send)
{
	const char *star = NULL, *retry = NULL, *q;

	while (s < send || p < pend) {
		if (p < pend && *p == '*') {
			star = ++p;
			retry = s;
			continue;
		}
		if (p < pend && s < send) {
			q = p;
			const char *r = s;
			unsigned c = take(&r, send);

			if (one(&q, pend, c)) {
				p = q;
				s = r;
				continue;
			}
		}
		if (star == NULL || retry >= send)
			return false;
		(void)take(&retry, send);
		p = star;
		s = retry;
	}
	return true;
}

/* The end of the name at s. */
static const char *
name_end(const char *s)
{
	return s + strcspn(s, "/");
}

static const char *
skip(const char *s)
{
	while (*s == '/' || (s[0] == '.' && (s[1] == '/' || s[1] == '\0')))
		s++;
	return s;
}

bool
glob_match(const char *pattern, const char *path)
{
	const char *p = skip(pattern), *s = path, *after = NULL, *retry = NULL, *pend;

	for (;;) {
		if (*p == '\0')		/* it matches this path and everything below it */
			return true;
		pend = name_end(p);
		if (pend - p == 2 && memcmp(p, "**", 2) == 0) {
			after = p = skip(pend);
			retry = s;
			continue;
		}
		if (*s != '\0' && name_matches(p, pend, s, name_end(s))) {
			p = skip(pend);
			s = name_end(s);
			s += *s == '/';
			continue;
		}
		if (after == NULL || retry == NULL || *retry == '\0')
			return false;
		retry = name_end(retry);
		retry += *retry == '/';
		p = after;
		s = retry;
	}
}
