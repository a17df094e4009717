/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WORKER_PROMPT_H
#define WORKER_PROMPT_H

/* Prompts: prompts/NAME.md of the session, or the built-in text, expanded. */

struct text_var;
struct worker;

/* Extra values for one prompt, which override those of every prompt; name NULL ends the list.  The result is malloced. */
char *prompt_make(struct worker *, const char *name, const struct text_var *extra);
/* The implementer's first prompt: prompt.md, or one made from item.json. */
char *prompt_first(struct worker *);
/* The next prompt for the implementer: the whole task, or only what is new if it has a conversation to resume.
 * malloced; in prompt_implement.c */
char *prompt_implement(struct worker *);

#endif
