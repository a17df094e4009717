/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_ITEM_MEMBER_H
#define TESTS_ITEM_MEMBER_H

/* A value for each member of an item's table, for tests that none is lost when tasks are joined. */

#include "tests/unit/scratch.h"

#include "proto/json/json.h"
#include "proto/json/member.h"

/* Puts the member, with a value that is not the default. */
static inline void
item_put(struct json *o, const struct member *m)
{
	const char *value = NULL;
	char err[256];

	if (m->type == MEMBER_STR || m->type == MEMBER_TEXT)
		value = "\"x\"";
	else if (m->type == MEMBER_INT)
		value = "3";
	else if (m->type == MEMBER_BOOL)
		value = "true";
	else if (m->type == MEMBER_STRINGS)
		value = "[\"a\"]";
	else if (strcmp(m->key, "tasks") == 0)
		value = "[{\"id\": \"p\", \"title\": \"p\"}]";
	else if (strcmp(m->key, "limits") == 0)
		value = "{\"time\": 7}";
	else if (strcmp(m->key, "budget") == 0)
		value = "{\"tokens\": 7}";
	else
		fail_msg("tests/unit/item_member.h has no value for %s", m->key);
	json_put(o, m->key, json_parse(value, strlen(value), 0, err, sizeof(err)));
}

#endif
