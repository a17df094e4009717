/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PROTO_PROMPT_NAMES_H
#define PROTO_PROMPT_NAMES_H

/* The variables of prompts (orchestrator-config(5), PROMPTS).  Which of them have a value depends on the prompt. */

extern const char *const prompt_variables[];	/* ended by NULL */
/* Is no variable of the text misspelt?  -1 with the unknown name, and the known one that is near to it.  Other words
 * in braces are the author's. */
int prompt_names_check(const char *text, char name[64], const char **nearest);

#endif
