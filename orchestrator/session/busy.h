/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_BUSY_H
#define ORCHESTRATOR_BUSY_H

/* A running session in one line: its step, and its activity. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "orchestrator/view/look.h"

struct entry;
struct text;

/* "implement, round 2 12/20", or its status; malloced. */
char *busy_step(const struct entry *);
/* How ages are shown: show_age() or show_minutes(). */
typedef const char *busy_age(int64_t since);
/* What the session does or waits for: its usage limit, the running gate, or its agent's last tool; malloced, "" when nothing
 * is known. */
char *busy_doing(const struct entry *, busy_age *);
/* The last tool of an agent in a log of the session directory, "-> Bash: npm test", malloced; NULL = none. */
char *busy_tool(const struct entry *);
/* The gate that is running at the end of that log, "gate npm test, 3m", malloced; NULL = none. */
char *busy_gate(const struct entry *, const char *log, busy_age *);
/* A line of a log about a gate or a setup command: "gate NAME: COMMAND" when it begins, "gate NAME: OUTCOME (MS ms)" at its
 * end.  It borrows from the line. */
struct busy_gate {
	int64_t		 at;		/* wall ms */
	const char	*text;
	size_t		 len, name;	/* of the text, and of what is before its colon */
	bool		 ended;
};
bool busy_gate_line(const char *line, size_t len, struct busy_gate *);

/* Widths of the columns of names and steps, and whether there are bars. */
struct busy_columns { size_t names, steps; bool bars; };
/* Widens the columns for a session. */
void busy_measure(struct busy_columns *, const struct entry *, const char *step);
/* "  >  slow-report  implement 12/20 [bar]  12m  -> Bash: npm test", without a newline and not cut. */
struct busy_line { const char *sign, *name, *step, *age, *doing; enum tone tone; };
void busy_line(struct text *, const struct busy_columns *, const struct entry *, const struct busy_line *);

#endif
