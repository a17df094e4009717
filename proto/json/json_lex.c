/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <ctype.h>
#include <err.h>
#include <errno.h>
#include <locale.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/text.h"
#include "proto/json/json_scan.h"

void
json_utf8_put(struct text *t, int c)
{
	unsigned char b[4];
	size_t n = 0;

	if (c < 0x80)
		b[n++] = (unsigned char)c;
	else if (c < 0x800)
		b[n++] = (unsigned char)(0xc0 | c >> 6);
	else if (c < 0x10000)
		b[n++] = (unsigned char)(0xe0 | c >> 12);
	else {
		b[n++] = (unsigned char)(0xf0 | c >> 18);
		b[n++] = (unsigned char)(0x80 | (c >> 12 & 0x3f));
	}
	if (c >= 0x800)
		b[n++] = (unsigned char)(0x80 | (c >> 6 & 0x3f));
	if (c >= 0x80)
		b[n++] = (unsigned char)(0x80 | (c & 0x3f));
	text_add(t, b, n);
}

/* strtod would use the decimal point of the caller's locale. */
static double
real(const char *buf)
{
	locale_t c = newlocale(LC_ALL_MASK, "C", (locale_t)0);
	double d;

	if (c == (locale_t)0)
		err(1, NULL);
	d = strtod_l(buf, NULL, c);
	freelocale(c);
	return (d);
}

/* Skips one or more digits. */
static bool
digits(const unsigned char **p, const unsigned char *end)
{
	const unsigned char *from = *p;

	while (*p < end && isdigit(**p))
		++*p;
	return (*p != from);
}

static bool
one_of(const unsigned char **p, const unsigned char *end, char a, char b)
{
	if (*p == end || (**p != (unsigned char)a && **p != (unsigned char)b))
		return (false);
	++*p;
	return (true);
}

const char *
json_number(const unsigned char **p, const unsigned char *end)
{
	const unsigned char *from = *p, *first;
	char buf[JSON_MAX_NUMBER + 1];
	bool integer = true;
	size_t n;

	one_of(p, end, '-', '-');
	first = *p;
	if (!digits(p, end))
		return ("not a number");
	if (*first == '0' && *p - first > 1)
		return ("number with a leading zero");
	if (one_of(p, end, '.', '.')) {
		integer = false;
		if (!digits(p, end))
			return ("a digit must follow the decimal point");
	}
	if (one_of(p, end, 'e', 'E')) {
		integer = false;
		one_of(p, end, '+', '-');
		if (!digits(p, end))
			return ("a digit must follow in the exponent");
	}
	if ((n = (size_t)(*p - from)) > JSON_MAX_NUMBER)
		return ("number too long");
	memcpy(buf, from, n);
	buf[n] = '\0';
	errno = 0;
	if (integer)
		(void)strtoll(buf, NULL, 10);
	if (integer ? errno == ERANGE : isinf(real(buf)))
		return (integer ? "integer out of range" : "number out of range");
	return (NULL);
}
