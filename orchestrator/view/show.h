/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_SHOW_H
#define ORCHESTRATOR_SHOW_H

/*
 * Standard output, for people and for scripts.  All text from agents and people passes
 * text_print().
 */

#include <stdint.h>
#include <stdio.h>

struct json;
struct text;

/* Prints a value with a newline, and frees it. */
void show_json(struct json *);
/* The same as YAML; 0, or EX_SOFTWARE with the error printed. */
int show_yaml(struct json *);
/* Prints the text of a value, without characters that a terminal would obey. */
void show_json_text(const char *);
/* Prints "name  text" with text escaped, unless text is NULL or "". */
void show_field(const char *name, const char *text);
/* Prints text of several lines, each indented by four blanks. */
void show_block(FILE *, const char *);
/* The same below a line with its name; without text nothing. */
void show_section(const char *name, const char *text);
/* The age of a time (wall ms), "-" for 0.  Uses a static buffer. */
const char *show_age(int64_t);

/* The columns of the terminal: COLUMNS, else what standard output says; SIZE_MAX when neither says it. */
size_t show_width(void);
/* Appends a bar of 20 columns. */
void show_bar(struct text *, int64_t done, int64_t total);
/* Prints a line, cut to that width with "..." at its end. */
void show_cut(const char *line);

#endif
