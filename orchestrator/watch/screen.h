/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_SCREEN_H
#define ORCHESTRATOR_SCREEN_H

/* The terminal, through ncurses, which no other file uses.  However the program ends, the terminal is as it was. */

#include <stdbool.h>
#include <stddef.h>

struct frame;

/* Keys that are no characters. */
enum { SCREEN_NONE = 0x200000, SCREEN_UP, SCREEN_DOWN, SCREEN_LEFT, SCREEN_RIGHT, SCREEN_PAGE_UP, SCREEN_PAGE_DOWN, SCREEN_HOME,
    SCREEN_END, SCREEN_ENTER, SCREEN_BACK, SCREEN_ESCAPE };

/* 0, or -1 with the error printed. */
int screen_open(bool colored);
void screen_close(void);
/* A descriptor that is readable when the size has changed. */
int screen_resized(void);
/* Takes the new size. */
void screen_resize(void);
void screen_size(size_t *lines, size_t *columns);
/* cursor: the column in the last line; -1 = it is not shown. */
void screen_draw(const struct frame *, int cursor);
/* The next pressed key, or SCREEN_NONE. */
int screen_key(void);
/* The keyboard is gone. */
bool screen_lost(void);

#endif
