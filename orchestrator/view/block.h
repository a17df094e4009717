/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_BLOCK_H
#define ORCHESTRATOR_BLOCK_H

/*
 * Lines that stay at the bottom of a terminal, below all that is printed and scrolls.  Five sequences of ECMA-48 do it;
 * no terminal database is read.
 *
 *	if (block_open()) ...
 *	block_draw(text)	before each wait
 *	block_lift()		before anything else is printed
 *	block_close()
 *
 * There is one block.  While the program is in the background of its terminal nothing of it is drawn.
 */

#include <stdbool.h>
#include <stddef.h>

/* Standard output is a terminal that moves its cursor (TERM is not "dumb").  From here on its own size counts, and
 * COLUMNS does not.  keys: what is typed is wanted as it is pressed, if standard input is a terminal, too. */
bool block_open(bool keys);
/* The lines of the terminal, and the columns that a line of the block may have. */
size_t block_height(void);
size_t block_width(void);
/* Replaces the block by these lines; the last one has no newline, and the cursor stays at its end.  Nothing is written
 * when they are there already.  Lines that are too wide are cut.  true: keys arrive on standard input as they are pressed. */
bool block_draw(const char *lines);
/* Removes it from the screen, until it is drawn again. */
void block_lift(void);
/* For SIGTSTP: gives the terminal back, and stops the program. */
void block_stop(void);
/* For SIGCONT: the program was stopped and continues: the block is drawn anew. */
void block_continued(void);
/* Removes it, and restores the terminal. */
void block_close(void);

#endif
