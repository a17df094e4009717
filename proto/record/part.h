/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PROTO_PART_H
#define PROTO_PART_H

/*
 * What a session does one after another, when it is more than one thing: the
 * tasks of a stream, or of a group ("tasks" in item.json and in a task of a list).
 */

#include <stddef.h>

#include "proto/base/id.h"

#define PARTS_MAX	1000

struct part {
	char	 id[SESSION_ID_MAX];
	char	*title;
	char	*description;	/* or NULL */
	char	*acceptance;	/* or NULL */
	char	 list[SESSION_ID_MAX];	/* the task list that has it, "" = none */
};
struct parts { struct part *v; size_t n; };

struct field;
struct json;
struct text;
/* Member "tasks" of a record; as field.h says. */
void parts_read(struct parts *, struct field *);
struct json *parts_json(const struct parts *);
/* For a prompt: numbered, without an end of line; nothing when there are none. */
void parts_text(struct text *, const struct parts *);
/* Adds one and returns it; its texts are copied, title NULL is its id. */
struct part *parts_add(struct parts *, const char *id, const char *title, const char *description,
    const char *acceptance);
void parts_free(struct parts *);	/* empty again */

#endif
