/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PROTO_PART_H
#define PROTO_PART_H

/*
 * The parts that a session does one after another: the tasks of a stream or of a
 * group ("tasks" in item.json and in a task of a list).
 */

#include <stddef.h>

#include "proto/base/id.h"

#define PARTS_MAX	1000

struct part {
	char	 id[SESSION_ID_MAX];
	char	*title;
	char	*description;	/* or NULL */
	char	*acceptance;	/* or NULL */
	char	 list[SESSION_ID_MAX];	/* the task list that holds it, "" = none */
};
struct parts { struct part *v; size_t n; };

struct field;
struct json;
struct text;
/* Reads the member "tasks" of a record, as described in field.h. */
void parts_read(struct parts *, struct field *);
struct json *parts_json(const struct parts *);
/* The parts for a prompt: numbered, without a final newline; nothing when there are none. */
void parts_text(struct text *, const struct parts *);
/* Adds a part and returns it; copies the texts.  title NULL is the id. */
struct part *parts_add(struct parts *, const char *id, const char *title, const char *description,
    const char *acceptance);
void parts_free(struct parts *);	/* empty again */

#endif
