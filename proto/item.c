/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <errno.h>
#include <err.h>
#include <stdlib.h>
#include <string.h>

#include "proto/field.h"
#include "proto/item.h"
#include "proto/json.h"
#include "proto/record.h"

void
item_read(struct item *it, struct field *f)
{
	field_need(f, "id");
	field_id(f, "id", it->id, sizeof(it->id), item_id_valid);
	if (!field_bad(f) && it->id[0] == '\0')
		field_fail(f, "id", "is not a valid id");
	it->title = field_text(f, "title", ITEM_MAX_TITLE);
	it->description = field_text(f, "description", ITEM_MAX_TEXT);
	it->acceptance = field_text(f, "acceptance", ITEM_MAX_TEXT);
	it->agent_type = field_text(f, "agent_type", SESSION_ID_MAX);
	if (it->agent_type != NULL && !item_id_valid(it->agent_type))
		field_fail(f, "agent_type", "is not a valid name");
	it->priority = field_int(f, "priority", 0, 4, 2);
	field_strings(f, "depends_on", ITEM_MAX_LIST, SESSION_ID_MAX - 1, &it->depends_on);
	for (size_t i = 0; i < it->depends_on.n; i++)
		if (!item_id_valid(it->depends_on.v[i]))
			field_fail(f, "depends_on", "must be a list of item ids");
	field_strings(f, "allowed_paths", ITEM_MAX_LIST, ITEM_MAX_PATH, &it->allowed_paths);
	field_strings(f, "forbidden_paths", ITEM_MAX_LIST, ITEM_MAX_PATH, &it->forbidden_paths);
	field_strings(f, "outputs", ITEM_MAX_LIST, ITEM_MAX_PATH, &it->outputs);
	it->estimate = field_int(f, "estimate", 0, ITEM_MAX_MINUTES, 0);
	it->timeout = field_int(f, "timeout", 0, ITEM_MAX_MINUTES, 0);
}

int
item_parse(struct item *it, const char *buf, size_t len, char *err, size_t errlen)
{
	struct field f;

	memset(it, 0, sizeof(*it));
	if ((it->raw = record_open(SESSION_FILE_ITEM, buf, len, err, errlen)) == NULL)
		return (-1);
	f = field_begin(it->raw, SESSION_FILE_ITEM, err, errlen);
	item_read(it, &f);
	if (!field_bad(&f))
		return (0);
	item_release(it);
	return (-1);
}

char *
item_text(const struct item *it, size_t *len)
{
	struct json *o = record_begin(it->raw);

	record_put(o, "id", it->id, SESSION_ID_MAX - 1);
	record_put(o, "title", it->title, ITEM_MAX_TITLE);
	record_put(o, "description", it->description, ITEM_MAX_TEXT);
	record_put(o, "acceptance", it->acceptance, ITEM_MAX_TEXT);
	record_put(o, "agent_type", it->agent_type, SESSION_ID_MAX);
	json_put_int(o, "priority", it->priority);
	json_put(o, "depends_on", strings_json(&it->depends_on));
	json_put(o, "allowed_paths", strings_json(&it->allowed_paths));
	json_put(o, "forbidden_paths", strings_json(&it->forbidden_paths));
	json_put(o, "outputs", strings_json(&it->outputs));
	json_put_int(o, "estimate", it->estimate);
	json_put_int(o, "timeout", it->timeout);
	return (record_end(o, len));
}

int
item_load(int sessionfd, struct item *it, char *err, size_t errlen)
{
	char *buf;
	size_t len;
	int rv;

	memset(it, 0, sizeof(*it));
	if (record_read(sessionfd, SESSION_FILE_ITEM, &buf, &len, err, errlen) == -1)
		return -1;
	rv = item_parse(it, buf, len, err, errlen);
	if (rv == -1)
		errno = EINVAL;
	free(buf);
	return rv;
}

void
item_release(struct item *it)
{
	free(it->title);
	free(it->description);
	free(it->acceptance);
	free(it->agent_type);
	strings_free(&it->depends_on);
	strings_free(&it->allowed_paths);
	strings_free(&it->forbidden_paths);
	strings_free(&it->outputs);
	json_free(it->raw);
	memset(it, 0, sizeof(*it));
}
