/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_SHOW_ENTRY_H
#define ORCHESTRATOR_SHOW_ENTRY_H

/* How sessions look on standard output, for people and for scripts. */

struct entry;
struct orch;
struct question;

/* Opens the repository and finds the session that name means.  Otherwise the error is printed: a
 * sysexits status. */
int show_operand(struct orch *, const char *name, struct entry *);

/* The words for where a session is: "running", "dead", "merging", ... */
const char *show_status(const struct entry *);
/* A session as it stands in the lists of --json (orchestrator-json(7)). */
struct json *show_entry_json(const struct entry *);
/* The question for --json, and for the command of a policy. */
struct json *show_question_json(const struct entry *, const struct question *);
/* A record of the session directory as it is, or null. */
struct json *show_record_json(const struct entry *, const char *name);
/* "Stream-B: [bar] 66% (2/3 tasks)" on a line, of a session that has tasks. */
void show_bar(const struct entry *);

#endif
