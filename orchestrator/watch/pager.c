/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "orchestrator/watch/pager.h"

void
pager_open(struct pager *p, char *title, bool follow)
{
	pager_close(p);
	p->title = title;
	p->follow = follow;
	text_puts(&p->text, "");
}

void
pager_close(struct pager *p)
{
	free(p->title);
	free(p->search);
	text_free(&p->text);
	memset(p, 0, sizeof(*p));
}

/* The start of the next line, or the end of the text. */
static size_t
after(const struct pager *p, size_t at)
{
	const char *end = memchr(p->text.buf + at, '\n', p->text.len - at);

	return end == NULL ? p->text.len : (size_t)(end - p->text.buf) + 1;
}

static size_t
before(const struct pager *p, size_t at)
{
	const char *end = at < 2 ? NULL : memrchr(p->text.buf, '\n', at - 1);

	return end == NULL ? 0 : (size_t)(end - p->text.buf) + 1;
}

/* The first line of the last screen. */
static size_t
last_top(const struct pager *p, size_t height)
{
	size_t at = p->text.len;

	for (size_t i = 0; i < height && at > 0; i++)
		at = before(p, at);
	return at;
}

void
pager_add(struct pager *p, const char *buf, size_t len)
{
	size_t cut;

	text_add(&p->text, buf, len);
	if (p->text.len <= PAGER_MAX)
		return;
	cut = after(p, p->text.len - PAGER_MAX / 2);
	p->text.len -= cut;
	memmove(p->text.buf, p->text.buf + cut, p->text.len + 1);
	p->top = p->top > cut ? p->top - cut : 0;
}

void
pager_move(struct pager *p, long lines, size_t height)
{
	size_t last = last_top(p, height), at = p->follow ? last : p->top, next;

	for (; lines > 0 && at < last; lines--)
		at = after(p, at);
	for (; lines < 0 && at > 0; lines++, at = next)
		next = before(p, at);
	p->top = at;
	p->follow = at >= last;
}

static bool
has(const struct pager *p, size_t at)
{
	return memmem(p->text.buf + at, after(p, at) - at, p->search, strlen(p->search)) != NULL;
}

bool
pager_find(struct pager *p, int direction)
{
	size_t at = p->top;

	if (p->search == NULL || *p->search == '\0')
		return false;
	while (direction > 0 ? (at = after(p, at)) < p->text.len : at > 0) {
		if (direction < 0)
			at = before(p, at);
		if (has(p, at)) {
			p->top = at;
			p->follow = false;
			return true;
		}
	}
	return false;
}

void
pager_frame(const struct pager *p, struct frame *f, size_t height)
{
	size_t at = p->follow ? last_top(p, height - 1) : p->top, end;
	struct text line = { 0 };

	frame_add(f, INK_HEAD, p->title, 0);
	for (size_t i = 1; i < height && at < p->text.len; i++, at = end) {
		end = after(p, at);
		text_clear(&line);
		text_add_string(&line, p->text.buf + at, end - at - (p->text.buf[end - 1] == '\n'));
		frame_add(f, p->search != NULL && *p->search != '\0' && has(p, at) ? INK_ASK : INK_PLAIN, line.buf, p->side);
	}
	text_free(&line);
	frame_pad(f, height);
}
