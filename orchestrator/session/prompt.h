/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_PROMPT_H
#define ORCHESTRATOR_PROMPT_H

/*
 * The texts of a new session: the implementer's first prompt, and the prompts of
 * other steps that the repository overrides.  Overrides and personas come from
 * the target's commit.
 */

struct dispatch;
struct orch;

#define PROMPTS_STEPS	9	/* present, review, respond, decide, rework, gate, resume, resolve,
					 * fresh */

struct prompts {
	char	*first;			/* prompt.md */
	char	*step[PROMPTS_STEPS];	/* NULL = the built-in one */
};
extern const char *const prompts_names[PROMPTS_STEPS];	/* "present.md", ... */

/* Warns about an agent type without a persona.  0, or a sysexits status with the error printed. */
int prompts_make(struct orch *, const struct dispatch *, const char *commit, struct prompts *);
void prompts_release(struct prompts *);

#endif
