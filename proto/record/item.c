/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <errno.h>
#include <err.h>
#include <stdlib.h>
#include <string.h>

#include "proto/json/field.h"
#include "proto/json/json.h"
#include "proto/json/record.h"
#include "proto/record/item.h"
#include "proto/settings/settings_keys.h"

/* They are the same keys as in the settings. */
static void
read_limits(struct item *it, struct field *f)
{
	static const char what[] = "limits";
	char why[200];
	struct keys k = { .file = what, .lenient = true, .err = why, .errlen = sizeof(why) };

	if (!field_has(f, what) || field_bad(f))
		return;
	if (limits_item_apply(&k, "", json_get(f->o, what), &it->limits) == -1)
		field_fail(f, what, "is wrong: %s", why + sizeof(what) + 1);	/* "limits: " */
}

bool
item_worktree_valid(const char *path)
{
	size_t len;

	if (path[0] == '\0' || path[0] == '/')
		return (false);
	for (const char *p = path; *p != '\0'; p += len + (p[len] == '/')) {
		len = strcspn(p, "/");
		if (len == 0 || (len == 1 && p[0] == '.') || (len == 2 && memcmp(p, "..", 2) == 0) ||
		    (len == 4 && memcmp(p, ".git", 4) == 0))
			return (false);
		for (size_t i = 0; i < len; i++)
			if ((unsigned char)p[i] < 0x20 || p[i] == 0x7f)
				return (false);
	}
	return (true);
}

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
	for (size_t i = 0; i < it->outputs.n; i++)
		if (strpbrk(it->outputs.v[i], "\r\n") != NULL)
			field_fail(f, "outputs", "must be a list of paths of one line");
	it->estimate = field_int(f, "estimate", 0, ITEM_MAX_MINUTES, 0);
	it->timeout = field_int(f, "timeout", 0, ITEM_MAX_MINUTES, 0);
	parts_read(&it->parts, f);
	it->worktree = field_text(f, "worktree", ITEM_MAX_PATH);
	if (it->worktree != NULL && !item_worktree_valid(it->worktree))
		field_fail(f, "worktree", "must be a path below the repository, without \"..\"");
	read_limits(it, f);
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
	struct json *o = record_begin(it->raw), *limits;

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
	if (it->parts.n > 0)
		json_put(o, "tasks", parts_json(&it->parts));
	if (it->worktree != NULL)
		record_put(o, "worktree", it->worktree, ITEM_MAX_PATH);
	if ((limits = limits_item_json(&it->limits)) != NULL)
		json_put(o, "limits", limits);
	else
		json_drop(o, "limits");
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
	parts_free(&it->parts);
	free(it->worktree);
	json_free(it->raw);
	memset(it, 0, sizeof(*it));
}
