/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PROTO_TEXT_H
#define PROTO_TEXT_H

/*
 * Text from agents and people.  All text for a terminal passes text_line():
 * C0 but tab, DEL, C1, ESC, invalid UTF-8 and the bidirectional
 * controls become visible escapes (\033 as "\033", U+202E as "\u202e").
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* A growing byte string.  A zeroed struct is empty; buf is NUL-terminated when not NULL. */
struct text {
	char	*buf;
	size_t	 len;
	size_t	 size;
};
void text_add(struct text *, const void *, size_t);	/* ends the program when there is no memory */
void text_puts(struct text *, const char *);
/* Appends bytes as a string: a NUL, which would end it, becomes U+FFFD. */
void text_add_string(struct text *, const char *, size_t);
void text_printf(struct text *, const char *, ...) __attribute__((format(printf, 2, 3)));
void text_clear(struct text *);		/* keeps the memory */
void text_free(struct text *);

/* asprintf(3) that ends the program when there is no memory.  The caller frees the string. */
char *text_format(const char *, ...) __attribute__((format(printf, 1, 2)));

/* Appends one line of len bytes to t, neutralised as above. */
void text_line(struct text *t, const char *, size_t len);
/* Prints a string neutralised; multi keeps newlines. */
void text_print(FILE *, const char *, bool multi);

/* The length of the UTF-8 character at s; *point is its code point (point may be NULL).  0 when it is invalid:
 * truncated, over-long, a surrogate, over U+10FFFF, or len is 0. */
size_t text_char(const char *s, size_t len, uint32_t *point);
bool text_utf8_valid(const char *, size_t);
/* How many bytes of s, at most max, end at a character boundary. */
size_t text_cut(const char *s, size_t max);
/* Cuts trailing white space in place; returns the new length. */
size_t text_trim(char *, size_t);
/* Copies the first line of src that is not blank, without leading blanks: at most len - 1 bytes, cut at a UTF-8
 * boundary. */
void text_first_line(char *dst, size_t len, const char *src);

/*
 * Replaces each "{name}" in a template with the value of that name, in one pass: values are not expanded.  Of
 * two variables with the same name the first counts; unknown names stay as they are.  In a value between <NAME>
 * and </NAME> in the template, "</NAME>" becomes "<\/NAME>", so that only the template can end the element.
 */
struct text_var { const char *name, *value; };
void text_expand(struct text *, const char *template, const struct text_var *, size_t n);

/* The name of the next "{name}" in s, which is not NUL-terminated: letters, ".", "_"; *n is its length.  NULL: none. */
const char *text_variable(const char *s, size_t *n);

/* The candidate nearest to word by edit distance; NULL if none is near. */
const char *text_nearest(const char *word, const char *const *candidates, size_t n);

#endif
