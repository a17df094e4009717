/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <err.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <wchar.h>

#include "orchestrator/watch/frame.h"

#define TAB	8
#define DOTS	"..."

/* One character as it is printed, and its columns; what the locale does not have becomes ASCII. */
static size_t
take(const char *s, size_t len, const char **out, size_t *bytes)
{
	uint32_t point;
	int wide;

	*out = " ";
	if (*s == '\t')
		return *bytes = 1;
	*bytes = text_char(s, len, &point);
	wide = *bytes == 0 ? -1 : wcwidth((wchar_t)point);
	*out = s;
	if (wide >= 0)
		return (size_t)wide;
	*out = point == 0x2588 ? "#" : point == 0x2591 ? "." : "?";
	*bytes = 1;
	return 1;
}

/* Appends the columns from..from + width of a line that has passed text_line(); returns the columns of the line. */
static size_t
put(struct text *t, const char *line, size_t from, size_t width)
{
	size_t len = strlen(line), at = 0, n, columns, bytes;
	const char *out;

	for (size_t i = 0; i < len; i += n, at += columns) {
		n = text_char(line + i, len - i, NULL);
		n = n == 0 ? 1 : n;
		if (line[i] == '\t' && (at + 1) % TAB != 0)	/* the next blank of it */
			n = 0;
		columns = take(line + i, len - i, &out, &bytes);
		if (t != NULL && at >= from && at + columns <= from + width)
			text_add(t, out, bytes);
	}
	return at;
}

static void
fit(struct text *t, const char *text, size_t from, size_t width)
{
	struct text line = { 0 };

	text_line(&line, text, strlen(text));
	if (put(NULL, line.buf, 0, SIZE_MAX) <= from + width)
		put(t, line.buf, from, width);
	else if (width > strlen(DOTS)) {
		put(t, line.buf, from, width - strlen(DOTS));
		text_puts(t, DOTS);
	} else
		put(t, line.buf, from, width);
	text_free(&line);
}

size_t
frame_columns(const char *text)
{
	return put(NULL, text, 0, SIZE_MAX);
}

void
frame_column(struct text *t, const char *text, size_t columns)
{
	struct text one = { 0 };

	text_puts(&one, "");
	fit(&one, text, 0, columns);
	text_puts(t, one.buf);
	for (size_t n = frame_columns(one.buf); n < columns; n++)
		text_puts(t, " ");
	text_free(&one);
}

void
frame_add(struct frame *f, enum ink ink, const char *text, size_t from)
{
	struct text t = { 0 };

	text_puts(&t, "");
	fit(&t, text, from, f->width);
	if ((f->v = reallocarray(f->v, f->n + 1, sizeof(*f->v))) == NULL)
		err(EX_OSERR, NULL);
	f->v[f->n++] = (struct frame_line){ t.buf, ink, false };
}

void
frame_pad(struct frame *f, size_t n)
{
	while (f->n < n)
		frame_add(f, INK_PLAIN, "", 0);
	while (f->n > n)
		free(f->v[--f->n].text);
}

void
frame_release(struct frame *f)
{
	frame_pad(f, 0);
	free(f->v);
	memset(f, 0, sizeof(*f));
}
