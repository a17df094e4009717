/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <err.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/text.h"

static void
reserve(struct text *t, size_t more)
{
	size_t size;

	if (more >= SIZE_MAX / 2 - t->len)
		errx(1, "out of memory");
	if (t->len + more + 1 <= t->size)
		return;
	size = t->size == 0 ? 64 : t->size;
	while (size < t->len + more + 1)
		size *= 2;
	t->buf = realloc(t->buf, size);
	if (t->buf == NULL)
		err(1, NULL);
	t->size = size;
}

void
text_add(struct text *t, const void *buf, size_t len)
{
	reserve(t, len);
	if (len > 0)
		memcpy(t->buf + t->len, buf, len);
	t->len += len;
	t->buf[t->len] = '\0';
}

void
text_puts(struct text *t, const char *s)
{
	text_add(t, s, strlen(s));
}

void
text_add_string(struct text *t, const char *buf, size_t len)
{
	const char *nul;

	for (; (nul = memchr(buf, '\0', len)) != NULL; len -= (size_t)(nul + 1 - buf), buf = nul + 1) {
		text_add(t, buf, (size_t)(nul - buf));
		text_puts(t, "\357\277\275");
	}
	text_add(t, buf, len);
}

void
text_printf(struct text *t, const char *fmt, ...)
{
	va_list ap;
	int n;

	reserve(t, 63);
	va_start(ap, fmt);
	n = vsnprintf(t->buf + t->len, t->size - t->len, fmt, ap);
	va_end(ap);
	if (n < 0)
		errx(1, "cannot format a text");
	if ((size_t)n >= t->size - t->len) {
		reserve(t, (size_t)n);
		va_start(ap, fmt);
		vsnprintf(t->buf + t->len, t->size - t->len, fmt, ap);
		va_end(ap);
	}
	t->len += (size_t)n;
}

char *
text_format(const char *fmt, ...)
{
	va_list ap;
	char *s;

	va_start(ap, fmt);
	if (vasprintf(&s, fmt, ap) == -1)
		err(1, NULL);
	va_end(ap);
	return s;
}

void
text_clear(struct text *t)
{
	t->len = 0;
	if (t->buf != NULL)
		t->buf[0] = '\0';
}

void
text_free(struct text *t)
{
	free(t->buf);
	*t = (struct text){ 0 };
}

size_t
text_char(const char *s, size_t len, uint32_t *point)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	uint32_t c = len == 0 ? 0xff : (unsigned char)s[0];
	size_t n, i;

	n = c < 0x80 ? 1 : c >= 0xf0 && c < 0xf8 ? 4 : c >= 0xe0 && c < 0xf0 ? 3 : c >= 0xc0 && c < 0xe0 ? 2 : 0;
	if (n == 0 || n > len)
		return 0;
	c &= n == 1 ? 0x7fu : 0x7fu >> n;
	for (i = 1; i < n; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (s[i] & 0x3f);
	}
	if (c < least[n] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return 0;
	if (point != NULL)
		*point = c;
	return n;
}

/* Control characters that change the text around them on a terminal. */
static bool
is_unsafe(uint32_t c)
{
	return (c < 0x20 && c != '\t') || (c >= 0x7f && c <= 0x9f) || c == 0x061c || c == 0x200e ||
	    c == 0x200f || (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

void
text_line(struct text *t, const char *line, size_t len)
{
	const unsigned char *s = (const unsigned char *)line;
	size_t n, done = 0, i = 0;
	uint32_t c = 0;

	reserve(t, len);
	while (i < len) {
		/* Nearly all text is printable ASCII. */
		if (s[i] >= 0x20 && s[i] < 0x7f) {
			i++;
			continue;
		}
		n = text_char(line + i, len - i, &c);
		if (n > 0 && !is_unsafe(c)) {
			i += n;
			continue;
		}
		text_add(t, line + done, i - done);
		if (n > 1)
			text_printf(t, "\\u%04x", c);
		else
			text_printf(t, "\\%03o", s[i]);
		i += n > 1 ? n : 1;
		done = i;
	}
	text_add(t, line + done, len - done);
}

void
text_print(FILE *fp, const char *s, bool multi)
{
	struct text t = { 0 };
	size_t n;

	for (;;) {
		n = multi ? strcspn(s, "\n") : strlen(s);
		text_line(&t, s, n);
		if (s[n] == '\0')
			break;
		text_puts(&t, "\n");
		s += n + 1;
	}
	fwrite(t.buf, 1, t.len, fp);
	text_free(&t);
}

bool
text_utf8_valid(const char *s, size_t len)
{
	size_t n;

	for (; len > 0; s += n, len -= n)
		if ((n = text_char(s, len, NULL)) == 0)
			return false;
	return true;
}

size_t
text_cut(const char *s, size_t max)
{
	size_t n = strnlen(s, max);

	while (n > 0 && ((unsigned char)s[n] & 0xc0) == 0x80)
		n--;
	return n;
}

size_t
text_trim(char *s, size_t len)
{
	while (len > 0 && strchr(" \t\r\n\v\f", s[len - 1]) != NULL && s[len - 1] != '\0')
		len--;
	s[len] = '\0';
	return len;
}

void
text_first_line(char *dst, size_t len, const char *src)
{
	size_t n;

	if (len == 0)
		return;
	src += strspn(src, " \t\r\n");
	n = strcspn(src, "\r\n");
	if (n > len - 1)
		n = text_cut(src, len - 1);
	memcpy(dst, src, n);
	dst[n] = '\0';
}

#define NAME_CHARS	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"

/* Is an element of that name open at the start of rest: does it end in rest before it begins there? */
static bool
is_open(const char *rest, const char *name, size_t n)
{
	const char *p;
	bool end;

	for (p = strchr(rest, '<'); p != NULL; p = strchr(p + 1, '<')) {
		end = p[1] == '/';
		if (strspn(p + 1 + end, NAME_CHARS) == n && strncasecmp(p + 1 + end, name, n) == 0)
			return end;
	}
	return false;
}

/* A value must not end its element: "</NAME" becomes "<\\/NAME". */
static void
add_value(struct text *t, const char *value, const char *rest)
{
	const char *p, *name;

	for (; (p = strstr(value, "</")) != NULL; value = p + 1) {
		name = p + 2 + strspn(p + 2, " \t\r\n");
		text_add(t, value, (size_t)(p + 1 - value));
		if (is_open(rest, name, strspn(name, NAME_CHARS)))
			text_puts(t, "\\");
	}
	text_puts(t, value);
}

void
text_expand(struct text *t, const char *template, const struct text_var *vars, size_t nvars)
{
	const char *open, *close;
	size_t i, n;

	while ((open = strchr(template, '{')) != NULL) {
		text_add(t, template, (size_t)(open - template));
		close = open + 1 + strcspn(open + 1, "{}");
		n = (size_t)(close - open - 1);
		for (i = 0; *close == '}' && i < nvars; i++)
			if (strlen(vars[i].name) == n && memcmp(vars[i].name, open + 1, n) == 0)
				break;
		if (*close == '}' && i < nvars) {
			template = close + 1;
			add_value(t, vars[i].value == NULL ? "" : vars[i].value, template);
		} else {
			text_add(t, "{", 1);
			template = open + 1;
		}
	}
	text_puts(t, template);
}

#define NEAREST_MAX	64	/* longer words are not compared */

static size_t
distance(const char *a, const char *b)
{
	size_t row[NEAREST_MAX + 1], i, j, diagonal, above, best;

	for (j = 0; b[j] != '\0'; j++)
		row[j] = j;
	row[j] = j;
	for (i = 1; a[i - 1] != '\0'; i++) {
		diagonal = row[0];
		row[0] = i;
		for (j = 1; b[j - 1] != '\0'; j++) {
			above = row[j];
			best = diagonal + (a[i - 1] != b[j - 1]);
			if (above + 1 < best)
				best = above + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			diagonal = above;
			row[j] = best;
		}
	}
	return row[strlen(b)];
}

const char *
text_variable(const char *s, size_t *n)
{
	for (; (s = strchr(s, '{')) != NULL; s++) {
		*n = strspn(s + 1, "abcdefghijklmnopqrstuvwxyz._");
		if (*n > 0 && s[1 + *n] == '}')
			return s + 1;
	}
	return NULL;
}

const char *
text_nearest(const char *word, const char *const *candidates, size_t n)
{
	const char *nearest = NULL;
	size_t i, d, len = strlen(word), best;

	if (len == 0 || len > NEAREST_MAX)
		return NULL;
	best = (len < 3 ? 1 : len < 6 ? 2 : 3) + 1;
	for (i = 0; i < n; i++) {
		if (strlen(candidates[i]) > NEAREST_MAX)
			continue;
		d = distance(word, candidates[i]);
		/* a word that shares no letter is not near */
		if (d < best && d < len) {
			best = d;
			nearest = candidates[i];
		}
	}
	return nearest;
}
