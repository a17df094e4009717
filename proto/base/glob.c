/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/alloc.h"
#include "proto/base/glob.h"

/* What one character of a name may be, or any number of any characters. */
struct token {
	uint64_t set[4];
	bool	 star;
};
struct name {
	struct token	*v;
	size_t		 n;
	bool		 any;		/* "**" */
};
struct pattern {
	struct name	*v;
	size_t		 n;
};

static void
allow(struct token *t, unsigned char c)
{
	t->set[c / 64] |= UINT64_C(1) << (c % 64);
}

/* Characters are told apart by their first byte alone: this finds too many overlaps rather than too few. */
static bool
goes_on(unsigned char c)
{
	return (c & 0xc0) == 0x80;
}

/* Parses "[...]" at s: returns its length, or 0 when it is not a class. */
static size_t
scan_class(const char *s, size_t len, struct token *t)
{
	bool except = len > 1 && (s[1] == '!' || s[1] == '^');
	size_t i = except ? 2 : 1, first = i;

	for (; i < len && (s[i] != ']' || i == first); i++) {
		unsigned char from = (unsigned char)s[i], to = from;

		if (i + 2 < len && s[i + 1] == '-' && s[i + 2] != ']') {
			to = (unsigned char)s[i + 2];
			i += 2;
		}
		for (unsigned c = from; c <= to; c++)
			allow(t, (unsigned char)c);
	}
	if (i >= len)
		return 0;
	for (int k = 0; k < 4 && except; k++)
		t->set[k] = k < 2 ? ~t->set[k] : UINT64_MAX;
	return i + 1;
}

static void
scan_name(struct name *n, const char *s, size_t len)
{
	size_t took;

	n->any = len == 2 && memcmp(s, "**", 2) == 0;
	n->v = alloc_array(len, sizeof(*n->v));
	for (size_t i = 0; i < len; i += took) {
		struct token *t = &n->v[n->n];

		took = 1;
		if (goes_on((unsigned char)s[i]))
			continue;
		n->n++;
		if (s[i] == '*')
			t->star = true;
		else if (s[i] == '?')
			memset(t->set, 0xff, sizeof(t->set));
		else if (s[i] == '[' && (took = scan_class(s + i, len - i, t)) > 0)
			continue;
		else {
			memset(t, 0, sizeof(*t));
			took = s[i] == '\\' && i + 1 < len ? 2 : 1;
			allow(t, (unsigned char)s[i + took - 1]);
		}
	}
}

static void
scan(struct pattern *p, const char *s)
{
	size_t len;

	p->v = alloc_array(strlen(s) / 2 + 1, sizeof(*p->v));
	p->n = 0;
	for (; *s != '\0'; s += len + (s[len] == '/')) {
		len = strcspn(s, "/");
		if (len > 0 && !(len == 1 && s[0] == '.'))
			scan_name(&p->v[p->n++], s, len);
	}
}

static void
release(struct pattern *p)
{
	for (size_t i = 0; i < p->n; i++)
		free(p->v[i].v);
	free(p->v);
}

static bool
meet(const struct token *a, const struct token *b)
{
	for (int k = 0; k < 4; k++)
		if ((a->set[k] & b->set[k]) != 0)
			return true;
	return false;
}

/* can[i][j]: the rest of a from i and the rest of b from j can match the same text. */
static bool
names_overlap(const struct name *a, const struct name *b)
{
	size_t w = b->n + 1;
	bool *can = alloc_array((a->n + 1) * w, sizeof(*can)), r;

	for (size_t i = a->n + 1; i-- > 0;)
		for (size_t j = w; j-- > 0;) {
			bool in_a = i < a->n, in_b = j < b->n;

			r = !in_a && !in_b;
			if (in_a && a->v[i].star)
				r = can[(i + 1) * w + j] || (in_b && can[i * w + j + 1]);
			if (!r && in_b && b->v[j].star)
				r = can[i * w + j + 1] || (in_a && can[(i + 1) * w + j]);
			if (!r && in_a && in_b && !a->v[i].star && !b->v[j].star)
				r = meet(&a->v[i], &b->v[j]) && can[(i + 1) * w + j + 1];
			can[i * w + j] = r;
		}
	r = can[0];
	free(can);
	return r;
}

/* The same for paths, with names in place of characters.  A pattern that ends matches everything below. */
static bool
overlap(const struct pattern *a, const struct pattern *b)
{
	size_t w = b->n + 1;
	bool *can = alloc_array((a->n + 1) * w, sizeof(*can)), r;

	for (size_t i = a->n + 1; i-- > 0;)
		for (size_t j = w; j-- > 0;) {
			if (i == a->n || j == b->n)
				r = true;
			else if (a->v[i].any || b->v[j].any)
				r = can[(i + 1) * w + j] || can[i * w + j + 1];
			else
				r = can[(i + 1) * w + j + 1] && names_overlap(&a->v[i], &b->v[j]);
			can[i * w + j] = r;
		}
	r = can[0];
	free(can);
	return r;
}

/* Does the character stand for itself: is it not special in a pattern and not a separator of names? */
static bool
is_ordinary(char c)
{
	return c > ' ' && c <= '~' && strchr("*?[\\/.", c) == NULL;
}

/* Most patterns differ before anything special occurs in them. */
static bool
begin_apart(const char *a, const char *b)
{
	for (; *a == *b && *a != '\0' && strchr("*?[\\", *a) == NULL; a++, b++)
		;
	return *a != *b && is_ordinary(*a) && is_ordinary(*b);
}

bool
glob_overlap(const char *a, const char *b)
{
	struct pattern pa, pb;
	bool r;

	if (begin_apart(a, b))
		return false;
	scan(&pa, a);
	scan(&pb, b);
	r = overlap(&pa, &pb);
	release(&pa);
	release(&pb);
	return r;
}

bool
globs_overlap(const struct strings *a, const struct strings *b)
{
	for (size_t i = 0; i < a->n; i++)
		for (size_t j = 0; j < b->n; j++)
			if (glob_overlap(a->v[i], b->v[j]))
				return true;
	return false;
}

bool
glob_within(const char *glob)
{
	size_t n;

	if (*glob == '\0' || *glob == '/')
		return false;
	for (; *glob != '\0'; glob += n + (glob[n] == '/'))
		if ((n = strcspn(glob, "/")) == 2 && glob[0] == '.' && glob[1] == '.')
			return false;
	return true;
}
