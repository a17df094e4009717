/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <ctype.h>
#include <err.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/text.h"
#include "proto/json/json_scan.h"

#define FEW_NAMES	16

struct name {			/* a key of an object that is still open */
	size_t			 off, len;	/* the decoded key in scan.bytes */
	const unsigned char	*raw;		/* the key in the text */
	size_t			 rawlen;
};

struct scan {
	const unsigned char	*start, *p, *end;
	char			*blank;
	struct text		 bytes;		/* decoded keys, as a stack */
	struct name		*names;		/* the keys, as a stack */
	size_t			 nnames, size;
	size_t			 values, max;
	char			*err;
	size_t			 errlen;
};

static int scan_value(struct scan *, int);

static int
fail_at(struct scan *s, const unsigned char *at, const char *why)
{
	size_t line = 1;

	for (const unsigned char *p = s->start; p < at; p++)
		line += *p == '\n';
	snprintf(s->err, s->errlen, "line %zu: %s", line, why);
	return (-1);
}

static int
fail(struct scan *s, const char *why)
{
	return (fail_at(s, s->p, s->p == s->end ? "ends too early" : why));
}

static int
scan_comment(struct scan *s)
{
	const unsigned char *from = s->p;

	if (s->end - s->p < 2 || (s->p[1] != '/' && s->p[1] != '*'))
		return (fail(s, "unexpected '/'"));
	if (s->p[1] == '/') {
		while (s->p < s->end && *s->p != '\n')
			s->p++;
	} else {
		for (s->p += 2;; s->p++) {
			if (s->end - s->p < 2)
				return (fail_at(s, from, "comment without an end"));
			if (s->p[0] == '*' && s->p[1] == '/')
				break;
		}
		s->p += 2;
	}
	for (; from < s->p; from++)
		if (*from != '\n')
			s->blank[from - s->start] = ' ';
	return (0);
}

static int
scan_space(struct scan *s)
{
	for (; s->p < s->end; s->p++) {
		if (*s->p == '/' && s->blank != NULL) {
			if (scan_comment(s) == -1)
				return (-1);
			if (s->p == s->end)
				return (0);
			s->p--;
		} else if (*s->p != ' ' && *s->p != '\t' && *s->p != '\n' && *s->p != '\r')
			return (0);
	}
	return (0);
}

/* The value of four hexadecimal digits at p, or -1. */
static int
hex4(const struct scan *s, const unsigned char *p)
{
	int v = 0;

	if (s->end - p < 4)
		return (-1);
	for (int i = 0; i < 4; i++) {
		if (!isxdigit(p[i]))
			return (-1);
		v = v * 16 + (isdigit(p[i]) ? p[i] - '0' : (p[i] | 0x20) - 'a' + 10);
	}
	return (v);
}

/* Reads the escape after a backslash; decodes it into out when not NULL. */
static int
scan_escape(struct scan *s, struct text *out)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *at;
	int c, low;

	if (s->p == s->end)
		return (fail(s, ""));
	if (*s->p != 'u') {
		if (*s->p == '\0' || (at = strchr(from, *s->p)) == NULL)
			return (fail(s, "unknown escape in a string"));
		if (out != NULL)
			text_add(out, &to[at - from], 1);
		s->p++;
		return (0);
	}
	if ((c = hex4(s, s->p + 1)) == -1)
		return (fail(s, "\\u needs four hexadecimal digits"));
	if (c == 0)
		return (fail(s, "\\u0000 in a string"));
	if (c >= 0xd800 && c <= 0xdfff) {
		low = s->end - s->p >= 11 && s->p[5] == '\\' && s->p[6] == 'u' ?
		    hex4(s, s->p + 7) : -1;
		if (c >= 0xdc00 || low < 0xdc00 || low > 0xdfff)
			return (fail(s, "lone surrogate in a string"));
		c = 0x10000 + (c - 0xd800) * 0x400 + (low - 0xdc00);
		s->p += 6;
	}
	s->p += 5;
	if (out != NULL)
		json_utf8_put(out, c);
	return (0);
}

/* Is it ASCII that stands for itself in a string? */
static bool
is_plain(unsigned char c)
{
	return (c >= 0x20 && c < 0x80 && c != '"' && c != '\\');
}

static int
scan_string(struct scan *s, struct text *out)
{
	const unsigned char *plain;
	size_t n;

	if (s->p == s->end || *s->p != '"')
		return (fail(s, "a string in double quotes is expected"));
	for (s->p++; s->p < s->end && *s->p != '"';) {
		for (plain = s->p; s->p < s->end && is_plain(*s->p); s->p++)
			;
		if (s->p > plain) {
			if (out != NULL)
				text_add(out, plain, (size_t)(s->p - plain));
			continue;
		}
		if (*s->p < 0x20)
			return (fail(s, "control character in a string"));
		if (*s->p == '\\') {
			s->p++;
			if (scan_escape(s, out) == -1)
				return (-1);
			continue;
		}
		if ((n = text_char((const char *)s->p, (size_t)(s->end - s->p), NULL)) == 0)
			return (fail(s, "invalid UTF-8 in a string"));
		if (out != NULL)
			text_add(out, s->p, n);
		s->p += n;
	}
	if (s->p == s->end)
		return (fail(s, ""));
	s->p++;
	return (0);
}

static bool
take(struct scan *s, const char *set)
{
	if (s->p == s->end || *s->p == '\0' || strchr(set, *s->p) == NULL)
		return (false);
	s->p++;
	return (true);
}

static int
scan_number(struct scan *s)
{
	const char *why = json_number(&s->p, s->end);

	return (why == NULL ? 0 : fail_at(s, s->p, why));
}

static int
name_cmp(const void *a, const void *b, void *arg)
{
	const struct name *x = a, *y = b;
	const struct scan *s = arg;
	int c = 0;

	if (x->len != y->len)
		return (x->len < y->len ? -1 : 1);
	if (x->len != 0)
		c = memcmp(s->bytes.buf + x->off, s->bytes.buf + y->off, x->len);
	return (c);
}

/* For a few keys this is faster than sorting them. */
static bool
any_twice(struct scan *s, const struct name *v, size_t n)
{
	for (size_t i = 1; i < n; i++)
		for (size_t k = 0; k < i; k++)
			if (v[i].len == v[k].len && name_cmp(&v[i], &v[k], s) == 0)
				return (true);
	return (false);
}

/* The keys from names[first] on belong to one object: no two may be equal. */
static int
check_names(struct scan *s, size_t first)
{
	size_t n = s->nnames - first;
	const struct name *later;
	struct name *v;
	struct text shown = { 0 };
	char why[96];
	int cut;

	if (n < 2)
		return (0);
	v = s->names + first;
	if (n <= FEW_NAMES && !any_twice(s, v, n))
		return (0);
	qsort_r(v, n, sizeof(*v), name_cmp, s);
	for (size_t i = 1; i < n; i++) {
		if (name_cmp(&v[i - 1], &v[i], s) != 0)
			continue;
		later = v[i - 1].raw > v[i].raw ? &v[i - 1] : &v[i];
		for (cut = 0; cut < 60 && (size_t)cut < later->rawlen;)
			cut += (int)text_char((const char *)later->raw + cut, later->rawlen - (size_t)cut, NULL);
		text_line(&shown, (const char *)later->raw, (size_t)cut);
		snprintf(why, sizeof(why), "duplicate key %s", shown.buf == NULL ? "" : shown.buf);
		text_free(&shown);
		return (fail_at(s, later->raw, why));
	}
	return (0);
}

static int
scan_key(struct scan *s)
{
	struct name *k;

	if (s->nnames == s->size) {
		s->size = s->size == 0 ? 16 : s->size * 2;
		s->names = reallocarray(s->names, s->size, sizeof(*s->names));
		if (s->names == NULL)
			err(1, NULL);
	}
	k = &s->names[s->nnames];
	k->off = s->bytes.len;
	k->raw = s->p;
	if (scan_string(s, &s->bytes) == -1)
		return (-1);
	k->len = s->bytes.len - k->off;
	k->rawlen = (size_t)(s->p - k->raw);
	s->nnames++;
	if (scan_space(s) == -1)
		return (-1);
	if (!take(s, ":"))
		return (fail(s, "':' is expected after a key"));
	return (0);
}

/* Where comments are accepted, a comma may stand before the end, and is blanked. */
static bool
is_last_comma(struct scan *s, const char *close)
{
	const unsigned char *comma = s->p - 1;

	if (s->blank == NULL || scan_space(s) == -1 || !take(s, close))
		return (false);
	s->blank[comma - s->start] = ' ';
	return (true);
}

static int
scan_members(struct scan *s, int depth, bool object)
{
	const char *close = object ? "}" : "]";
	size_t first = s->nnames, base = s->bytes.len;

	if (depth >= JSON_MAX_DEPTH)
		return (fail(s, "nested too deep"));
	s->p++;
	if (scan_space(s) == -1)
		return (-1);
	if (take(s, close))
		return (0);
	for (;;) {
		if (scan_space(s) == -1 || (object && scan_key(s) == -1) ||
		    scan_value(s, depth + 1) == -1)
			return (-1);
		if (take(s, close))
			break;
		if (!take(s, ","))
			return (fail(s, object ? "',' or '}' is expected" : "',' or ']' is expected"));
		if (is_last_comma(s, close))
			break;
	}
	if (check_names(s, first) == -1)
		return (-1);
	s->nnames = first;
	s->bytes.len = base;
	return (0);
}

static int
scan_word(struct scan *s, const char *word)
{
	size_t n = strlen(word);

	if ((size_t)(s->end - s->p) < n || memcmp(s->p, word, n) != 0)
		return (fail(s, "unknown word: a value is expected"));
	s->p += n;
	return (0);
}

/* Reads one value and the white space around it. */
static int
scan_value(struct scan *s, int depth)
{
	int rv;

	if (scan_space(s) == -1)
		return (-1);
	if (s->p == s->end)
		return (fail(s, ""));
	if (++s->values > s->max)
		return (fail(s, "too many values"));
	switch (*s->p) {
	case '{':
	case '[':
		rv = scan_members(s, depth, *s->p == '{');
		break;
	case '"':
		rv = scan_string(s, NULL);
		break;
	case 't':
		rv = scan_word(s, "true");
		break;
	case 'f':
		rv = scan_word(s, "false");
		break;
	case 'n':
		rv = scan_word(s, "null");
		break;
	default:
		rv = *s->p == '-' || isdigit(*s->p) ? scan_number(s) :
		    fail(s, "a value is expected");
	}
	return (rv == -1 ? -1 : scan_space(s));
}

int
json_scan(const char *buf, size_t len, size_t values, char *blank, char *err, size_t errlen)
{
	const unsigned char *p = (const unsigned char *)buf;
	struct scan s = { .start = p, .p = p, .end = p + len, .max = values,
		.blank = blank, .err = err, .errlen = errlen };
	int rv;

	if (len >= 3 && memcmp(buf, "\xef\xbb\xbf", 3) == 0)
		rv = fail(&s, "byte order mark");
	else if ((rv = scan_value(&s, 0)) == 0 && s.p != s.end)
		rv = fail(&s, "something follows the value");
	text_free(&s.bytes);
	free(s.names);
	return (rv);
}
