/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_MARKUP_H
#define ORCHESTRATOR_MARKUP_H

/* Text of agents and people in XML and HTML, as content or as the value of an attribute.  Pure. */

#include <stddef.h>

struct text;

/* Appends a line: first neutralised as for a terminal (text_line()), then with its markup escaped.  The result is valid XML. */
void markup_line(struct text *, const char *, size_t len);
void markup_puts(struct text *, const char *);

/* How much of a text of several lines is shown. */
struct markup_limit { size_t lines, columns; };
/* Appends the lines, each with its newline and cut to the bytes of columns; returns how many lines were left out. */
size_t markup_lines(struct text *, const char *, size_t len, const struct markup_limit *);

#endif
