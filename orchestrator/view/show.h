/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_SHOW_H
#define ORCHESTRATOR_SHOW_H

/*
 * How sessions look on standard output, for people and for scripts.  Every text
 * of an agent or a person passes text_print().
 */

#include <stdio.h>

#include "orchestrator/session/registry.h"
#include "proto/json/json.h"
#include "proto/record/question.h"

/* Opens the repository and finds the session that argv[optind] names, the only
 * operand left. Otherwise the error is printed: a sysexits status. */
int show_operand(struct orch *, const struct cmd *, int argc, char **argv, struct entry *);

/* Prints a value with a newline and frees it. */
void show_json(struct json *);
/* The same as YAML; 0, or EX_SOFTWARE with the error printed. */
int show_yaml(struct json *);
/* The text of a value, without characters that a terminal would obey. */
void show_json_text(const char *);
/* The words for where a session is: "running", "dead", "merging", ... */
const char *show_status(const struct entry *);
/* A session as it stands in the lists of --json (orchestrator.1, OUTPUT). */
struct json *show_entry_json(const struct entry *);
/* The question for --json, and for the command of a policy. */
struct json *show_question_json(const struct entry *, const struct question *);
/* A record of the session directory as it is, or null. */
struct json *show_record_json(const struct entry *, const char *name);
/* "name  text" with an escaped text, unless the text is NULL or "". */
void show_field(const char *name, const char *text);
/* Text of several lines, each indented by four blanks. */
void show_block(FILE *, const char *);
/* "Stream-B: [bar] 66% (2/3 tasks)" on a line, of a session that has tasks. */
void show_bar(const struct entry *);
/* The age of a time (wall ms), "-" when it is 0. Uses a static buffer. */
const char *show_age(int64_t);

#endif
