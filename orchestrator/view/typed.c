/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "orchestrator/view/typed.h"

#define BACKSPACE	'\b'
#define DELETE		'\177'
#define ESCAPE		'\033'
#define KILL_LINE	'\025'	/* Ctrl-U */
#define LAST(c)		((c) >= '@' && (c) <= '~')	/* final byte of a sequence */

/* Deletes the last character with all its bytes. */
static void
drop_character(struct text *t)
{
	while (t->len > 0 && ((unsigned char)t->buf[--t->len] & 0xc0) == 0x80)
		continue;
	if (t->buf != NULL)
		t->buf[t->len] = '\0';
}

bool
typed_take(struct typed *y, char c)
{
	if (y->in == TYPED_ESCAPE) {
		y->in = c == '[' || c == 'O' ? TYPED_SEQUENCE : TYPED_TEXT;
		return false;
	}
	if (y->in == TYPED_SEQUENCE) {
		y->in = LAST(c) ? TYPED_TEXT : TYPED_SEQUENCE;
		return false;
	}
	if (c == '\n' || c == '\r')
		return true;
	if (c == ESCAPE)
		y->in = TYPED_ESCAPE;
	else if (c == BACKSPACE || c == DELETE)
		drop_character(&y->line);
	else if (c == KILL_LINE)
		text_clear(&y->line);
	else if ((unsigned char)c >= ' ' && y->line.len < TYPED_MAX)
		text_add(&y->line, &c, 1);
	return false;
}
