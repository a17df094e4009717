/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_BLOCK_H
#define ORCHESTRATOR_BLOCK_H

/*
 * Lines that stay at the bottom of a terminal, below the scrolling output.  It needs five sequences of ECMA-48, and no
 * terminal database.
 *
 *	if (block_open()) ...
 *	block_draw(text)	before each wait
 *	block_lift()		before anything else is printed
 *	block_close()
 *
 * There is one block.  It is not drawn while the program is in the background of its terminal.
 */

#include <stdbool.h>
#include <stddef.h>

/* true: standard output is a terminal that can move its cursor (TERM is not "dumb").  From here on the size of the terminal
 * counts, and COLUMNS does not.  keys: if standard input is a terminal, read keys as they are pressed. */
bool block_open(bool keys);
/* The lines of the terminal, and the columns that a line of the block may have. */
size_t block_height(void);
size_t block_width(void);
/* Replaces the block by these lines; the last one has no newline, and the cursor stays at its end.  Nothing is written
 * when the screen has these lines already.  Lines that are too wide are cut.  true: keys arrive on standard input as they are pressed. */
bool block_draw(const char *lines);
/* Removes the block from the screen, until it is drawn again. */
void block_lift(void);
/* For SIGTSTP: gives the terminal back, and stops the program. */
void block_stop(void);
/* For SIGCONT, when the stopped program continues: has the next block_draw() draw the whole block. */
void block_continued(void);
/* Removes the block, and restores the terminal. */
void block_close(void);

#endif
