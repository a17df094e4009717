/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PROTO_TEXT_H
#define PROTO_TEXT_H

/*
 * Text that comes from agents and people.  Whatever reaches a terminal passes
 * text_line(): C0 but tab, DEL, C1, ESC, invalid UTF-8 and the bidirectional
 * controls become visible escapes (\033 as "\033", U+202E as "\u202e").
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* A growing byte string; zero-initialised is empty; buf is NUL terminated when not NULL. */
struct text {
	char	*buf;
	size_t	 len;
	size_t	 size;
};
void text_add(struct text *, const void *, size_t);	/* err(3)s on no memory */
void text_puts(struct text *, const char *);
void text_printf(struct text *, const char *, ...) __attribute__((format(printf, 2, 3)));
void text_clear(struct text *);		/* keeps the memory */
void text_free(struct text *);

/* asprintf(3) that ends the program when there is no memory; the caller frees. */
char *text_format(const char *, ...) __attribute__((format(printf, 1, 2)));

/* Appends len bytes of one line to t, neutralised as above. */
void text_line(struct text *t, const char *, size_t len);
/* Prints a string neutralised; newlines are kept when multi is true. */
void text_print(FILE *, const char *, bool multi);

/* The length of the character of UTF-8 at s, and its code point unless that is NULL; 0 when it is none:
 * truncated, over-long, a surrogate, over U+10FFFF, or len is 0. */
size_t text_char(const char *s, size_t len, uint32_t *point);
bool text_utf8_valid(const char *, size_t);
/* How many bytes of s are at most max and do not end within a character. */
size_t text_cut(const char *s, size_t max);
/* Cuts trailing white space in place; returns the new length. */
size_t text_trim(char *, size_t);
/* Copies the first line of src that is not blank, without the blanks before it: at most len - 1 bytes, cut at a UTF-8
 * boundary. */
void text_first_line(char *dst, size_t len, const char *src);

/*
 * Expands "{name}" in a template by the value of that name, once, without
 * looking into values; the first of a name counts, and unknown names stay as they are.  In a value that stands between
 * <NAME> and </NAME> the latter becomes "<\/NAME>": it ends where the template says.
 */
struct text_var { const char *name, *value; };
void text_expand(struct text *, const char *template, const struct text_var *, size_t n);

/* The nearest of n candidates to word by edit distance, NULL if none is near. */
const char *text_nearest(const char *word, const char *const *candidates, size_t n);

#endif
