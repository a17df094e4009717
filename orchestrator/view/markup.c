/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "orchestrator/view/markup.h"
#include "proto/base/text.h"

static const char *
entity(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	}
	return NULL;
}

/* XML does not allow U+FFFE and U+FFFF. */
static bool
is_none(const char *s)
{
	return memcmp(s, "\xef\xbf\xbe", 3) == 0 || memcmp(s, "\xef\xbf\xbf", 3) == 0;
}

void
markup_line(struct text *t, const char *s, size_t len)
{
	struct text line = { 0 };
	size_t from = 0, n;
	const char *e;

	text_line(&line, s, len);
	for (size_t i = 0; i < line.len; i += n) {
		n = 1;
		if ((e = entity(line.buf[i])) == NULL) {
			if (line.buf[i] != '\xef' || i + 3 > line.len || !is_none(line.buf + i))
				continue;
			n = 3;
			e = "?";
		}
		text_add(t, line.buf + from, i - from);
		text_puts(t, e);
		from = i + n;
	}
	text_add(t, line.buf != NULL ? line.buf + from : "", line.len - from);
	text_free(&line);
}

void
markup_puts(struct text *t, const char *s)
{
	markup_line(t, s, strlen(s));
}

size_t
markup_lines(struct text *t, const char *s, size_t len, const struct markup_limit *limit)
{
	const char *end = s + len, *nl;
	size_t lines = 0, n, cut;

	for (; s < end; s = nl + 1, lines++) {
		if ((nl = memchr(s, '\n', (size_t)(end - s))) == NULL)
			nl = end;
		if (lines >= limit->lines)
			continue;
		n = (size_t)(nl - s);
		cut = n > limit->columns ? limit->columns : n;
		while (cut < n && cut > 0 && ((unsigned char)s[cut] & 0xc0) == 0x80)
			cut--;
		markup_line(t, s, cut);
		text_puts(t, cut < n ? "...\n" : "\n");
	}
	return lines > limit->lines ? lines - limit->lines : 0;
}
