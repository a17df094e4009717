/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_LOOK_H
#define ORCHESTRATOR_LOOK_H

/*
 * What standard output can show: colours, signs beyond ASCII, how wide a line may be.  doc/voice.md says how they are
 * used.  Nothing is loaded for it: a terminal has the colours of ECMA-48 unless TERM is "dumb", and the names in the
 * environment say whether the locale is UTF-8.
 */

#include <stdbool.h>
#include <stddef.h>

struct text;

enum tone {
	TONE_PLAIN,
	TONE_HEAD,	/* a heading */
	TONE_ASK,	/* it needs a person */
	TONE_BUSY,	/* it is being worked on */
	TONE_GOOD,	/* approved, merged, complete */
	TONE_BAD,	/* failed */
	TONE_QUIET,	/* over, or of little interest */
	TONES
};

#define LOOK_PAGE	78	/* columns, where the width of the terminal is unknown */

/* "always" or "never"; anything else, and NULL: only on a terminal, and not with NO_COLOR. */
void look_color(const char *when);
/* Are colours shown?  look_color() and NO_COLOR decide; where they do not, otherwise does. */
bool look_colored(void);
bool look_color_default(bool otherwise);
/* Is the locale of the user UTF-8?  Otherwise only ASCII is printed by page.h. */
bool look_utf8(void);
/* From now on, LOOK_PAGE is the width where that of the terminal is unknown. */
void look_page(void);
/* The columns of the terminal: COLUMNS, else those of standard output, else LOOK_PAGE after look_page(), or SIZE_MAX. */
size_t look_width(void);
/* Appends a text in one of six colours that only tell sources apart; without colours, only the text. */
void look_mark(struct text *, size_t source, const char *);
/* Appends a text in a tone; where colours are not shown, the text alone. */
void look_puts(struct text *, enum tone, const char *);

#endif
