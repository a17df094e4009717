/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_NOTE_H
#define ORCHESTRATOR_NOTE_H

/* What the line of a session says beyond its state, read from its directory; malloced, NULL = nothing. */

struct entry;

/* Its first open question, the usage limit that it waits for, or the last tool of its agent: "-> Bash: npm test". */
char *note_make(const struct entry *);
/* The question with its options: "Which?  1) EUR  2) USD". */
char *note_question(const struct entry *);

#endif
