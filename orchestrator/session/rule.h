/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_RULE_H
#define ORCHESTRATOR_RULE_H

/* Which answers of the settings fit a question: answers.rules and answers.default. */

#include <stdbool.h>
#include <stdint.h>

struct entry;
struct question;
struct rule;
struct settings;

/* Does the question's text match?  Logs a search that takes too long. */
bool rule_matches(const struct entry *, const struct question *, const struct rule *);
/* The first default that matches and has a valid answer, NULL = none; *at = when it answers, wall ms.  It belongs to
 * the settings.  A judgement has none, and neither has a question about a budget. */
const struct rule *rule_default(const struct entry *, const struct settings *, const struct question *, int64_t *at);
/* That default as a line for people, malloced, from the settings of the session; NULL = none. */
char *rule_default_text(const struct entry *, const struct question *);

#endif
