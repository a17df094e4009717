/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_SHOW_ENTRY_H
#define ORCHESTRATOR_SHOW_ENTRY_H

/* The output form of sessions, for people and for scripts. */

#include <stddef.h>

#include "orchestrator/view/look.h"
#include "proto/session/role.h"
#include "proto/session/step.h"

struct entry;
struct json;
struct orch;
struct question;
struct settings;

/* Opens the repository and finds the session for name; otherwise prints the error and returns a sysexits status. */
int show_operand(struct orch *, const char *name, struct entry *);

/* The word for the state of a session: "running", "dead", "merging", ... */
const char *show_status(const struct entry *);
/* The tone of that word. */
enum tone show_tone(const struct entry *);
/* The role that works in this step. */
enum role show_role(const struct settings *, enum step);
/* Prints why it is in its status, and why its agent is blocked or waits; nothing twice. */
void show_reason(const struct entry *);
/* Prints the messages to its implementer (messages.json), and the state of each. */
void show_messages(const struct entry *);
/* "usage limit of claude until 19:14 (in 4m)", malloced; NULL when its agent waits for no limit. */
char *show_limit(const struct entry *);
/* A session as in the lists of --json (orchestrator-json(7)). */
struct json *show_entry_json(const struct entry *);
/* The same without the target, which stands in another file. */
struct json *show_entry_brief(const struct entry *);
/* Prints the text and options of a question, and when a default answers it. */
void show_question(const struct entry *, const struct question *);
/* Appends the open questions of a session or instance to a list, or why its agent is blocked; returns how many. */
size_t show_questions_json(const struct entry *, struct json *list);
/* A question for --json, and for the command of a policy. */
struct json *show_question_json(const struct entry *, const struct question *);
/* A record of the session directory unchanged, or null. */
struct json *show_record_json(const struct entry *, const char *name);
/* "Stream-B: [bar] 66% (2/3 tasks)", malloced, for a session with tasks. */
char *show_progress(const struct entry *);

#endif
