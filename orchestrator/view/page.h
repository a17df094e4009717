/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_PAGE_H
#define ORCHESTRATOR_PAGE_H

/*
 * Lines that fit: cut, or broken between words.  Texts have passed text_line(), so that the only escape sequences are
 * the colours of look.h, which take no column.  Everything here is pure; show.h prints.
 */

#include <stdbool.h>
#include <stddef.h>

struct text;

/* The columns of a text; never fewer than a terminal needs. */
size_t page_columns(const char *);
/* Appends a text and blanks to this many columns; a longer one is cut, and ends with "...". */
void page_column(struct text *, const char *, size_t columns);
/* Appends the line, cut to the width with "..." at its end. */
void page_cut(struct text *, const char *line, size_t width);

/*
 * Appends lead, then text broken between words, whose further lines are indented to the end of lead, or to indent where
 * less than half of the width is left there.  The command follows on the last line if it fits, else on a line of its
 * own.  Each line ends with a newline.
 */
struct page_item { const char *lead, *text, *command; };	/* text and command may be NULL */
void page_item(struct text *, const struct page_item *, size_t indent, size_t width);

/* Appends a text with the signs of the product as ASCII, and "?" for each other character that is not ASCII. */
void page_ascii(struct text *, const char *);

/* A path below the home directory begins with "~/" in the copy; malloced. */
char *page_path(const char *path, const char *home);

#endif
