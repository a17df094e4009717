/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_SHOW_H
#define ORCHESTRATOR_SHOW_H

/*
 * Standard output, for people and for scripts.  All text from agents and people passes
 * text_print().
 */

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "orchestrator/view/look.h"

struct json;
struct page_item;
struct text;

/* Prints a value with a newline, and frees it. */
void show_json(struct json *);
/* The same as YAML; 0, or EX_SOFTWARE with the error printed. */
int show_yaml(struct json *);
/* Prints the text of a value, without characters that a terminal would obey. */
void show_json_text(const char *);
/* Prints "name  text" with text escaped and broken between words, unless text is NULL or "". */
void show_field(const char *name, const char *text);
void show_format(const char *name, const char *, ...) __attribute__((format(printf, 2, 3)));
/* The same for a word, in a tone. */
void show_toned(const char *name, enum tone, const char *word);
/* The same for a path, shortened by "~"; if it does not fit the terminal, the command that prints it. */
void show_path(const char *name, const char *path, const char *command);
/* Prints a heading. */
void show_head(const char *);
/* Prints a next step: the command, and what it does. */
void show_step(const char *command, const char *what);
/* Prints text of several lines, each indented by four blanks; on standard output broken between words. */
void show_block(FILE *, const char *);
/* The same below a line with its name; without text nothing. */
void show_section(const char *name, const char *text);
/* The age of a time (wall ms), "-" for 0.  Uses a static buffer. */
const char *show_age(int64_t);
/* The same in whole minutes, or "<1m": for a screen that is redrawn only at whole minutes. */
const char *show_minutes(int64_t);

/* Appends a bar of so many columns. */
void show_bar(struct text *, int64_t done, int64_t total, int columns);
/* Prints a line, cut to the width of the terminal (page.h). */
void show_cut(const char *line);
/* Prints an item (page.h) in lines that are not wider than the terminal. */
void show_item(const struct page_item *, size_t indent);
/* Prints an event of that time (wall ms), in a line with the local time of day: "10:42:07 TEXT".  On a terminal it
 * is broken between words, has the tone, and stands above the block (block.h).  The text has passed text_line(). */
void show_event(int64_t at, enum tone, const char *text);
/* The same for a remark: a word, such as "budget", and a text, which has passed text_line(). */
void show_note(const char *name, const char *text);

#endif
