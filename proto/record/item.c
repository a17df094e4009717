/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <string.h>

#include "proto/json/member.h"
#include "proto/json/record.h"
#include "proto/record/item.h"
#include "proto/session/layout.h"
#include "proto/settings/settings_keys.h"

bool
item_url_valid(const char *url)
{
	for (; *url != '\0'; url++)
		if (*url <= ' ' || *url >= 0x7f)
			return (false);
	return (true);
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

static bool
worktree_valid(const char *path)
{
	return (item_worktree_valid(path + (path[0] == '/')));
}

static bool
one_line(const char *s)
{
	return (strpbrk(s, "\r\n") == NULL);
}

static void
read_tasks(struct field *f, const struct member *m, void *base)
{
	(void)m;
	parts_read(&((struct item *)base)->parts, f);
}

static void
put_tasks(struct json *o, const struct member *m, const void *base)
{
	const struct item *it = base;

	if (it->parts.n > 0)
		json_put(o, m->key, parts_json(&it->parts));
	else
		json_drop(o, m->key);
}

static void
free_tasks(void *base)
{
	parts_free(&((struct item *)base)->parts);
}

/* The keys are the same as in the settings. */
static void
read_limits(struct field *f, const struct member *m, void *base)
{
	char why[200];
	struct keys k = { .file = m->key, .lenient = true, .err = why, .errlen = sizeof(why) };

	if (!field_has(f, m->key) || field_bad(f))
		return;
	if (limits_item_apply(&k, "", json_get(f->o, m->key), &((struct item *)base)->limits) == -1)
		field_fail(f, m->key, "is wrong: %s", why + strlen("limits: "));
}

static void
put_limits(struct json *o, const struct member *m, const void *base)
{
	struct json *limits = limits_item_json(&((const struct item *)base)->limits);

	if (limits != NULL)
		json_put(o, m->key, limits);
	else
		json_drop(o, m->key);
}

void
budget_read(struct field *f, const struct member *m, void *base)
{
	void *b = (char *)base + m->offset;
	char why[200];
	struct keys k = { .file = m->key, .lenient = true, .err = why, .errlen = sizeof(why) };

	if (field_has(f, m->key) && !field_bad(f) &&
	    keys_apply(&k, "", json_get(f->o, m->key), b, budget_keys) == -1)
		field_fail(f, m->key, "is wrong: %s", why + strlen("budget: "));
}

void
budget_put(struct json *o, const struct member *m, const void *base)
{
	const void *at = (const char *)base + m->offset;
	const struct budget *b = at;

	json_drop(o, m->key);
	if (b->tokens != 0 || b->microusd != 0)
		keys_put(record_sub(o, m->key), b, budget_keys);
}

static const struct member members[] = {
	{ "id", MEMBER(STR, struct item, id), .flags = MEMBER_NEEDED, .valid = item_id_valid },
	{ "title", MEMBER(TEXT, struct item, title), .max = ITEM_MAX_TITLE },
	{ "description", MEMBER(TEXT, struct item, description), .max = ITEM_MAX_TEXT },
	{ "acceptance", MEMBER(TEXT, struct item, acceptance), .max = ITEM_MAX_TEXT },
	{ "agent_type", MEMBER(TEXT, struct item, agent_type), .max = SESSION_ID_MAX, .valid = item_id_valid,
	    .must = "is not a valid name" },
	{ "priority", MEMBER(INT, struct item, priority), .max = 4, .otherwise = 2 },
	{ "depends_on", MEMBER(STRINGS, struct item, depends_on), .max = ITEM_MAX_LIST, .bytes = SESSION_ID_MAX - 1,
	    .valid = item_id_valid, .must = "must be a list of item ids" },
	{ "allowed_paths", MEMBER(STRINGS, struct item, allowed_paths), .max = ITEM_MAX_LIST,
	    .bytes = ITEM_MAX_PATH },
	{ "forbidden_paths", MEMBER(STRINGS, struct item, forbidden_paths), .max = ITEM_MAX_LIST,
	    .bytes = ITEM_MAX_PATH },
	{ "outputs", MEMBER(STRINGS, struct item, outputs), .max = ITEM_MAX_LIST, .bytes = ITEM_MAX_PATH,
	    .valid = one_line, .must = "must be a list of paths of one line" },
	{ "urls", MEMBER(STRINGS, struct item, urls), .max = ITEM_MAX_LIST, .bytes = ITEM_MAX_URL,
	    .valid = item_url_valid, .must = "must be a list of printable ASCII without blanks" },
	{ "estimate", MEMBER(INT, struct item, estimate), .max = ITEM_MAX_MINUTES },
	{ "timeout", MEMBER(INT, struct item, timeout), .max = ITEM_MAX_MINUTES },
	{ "no_change", MEMBER(BOOL, struct item, no_change) },
	{ "tasks", MEMBER_OTHER, .read = read_tasks, .put = put_tasks, .release = free_tasks },
	{ "worktree", MEMBER(TEXT, struct item, worktree), .flags = MEMBER_LEFT_OUT, .max = ITEM_MAX_PATH,
	    .valid = worktree_valid, .must = "must be an absolute path, or one below the repository, without \"..\"" },
	{ "budget", MEMBER_BUDGET(struct item, budget) },
	{ "limits", MEMBER_OTHER, .read = read_limits, .put = put_limits },
	{ .key = NULL }
};

static void
check_item(struct field *f, const void *record)
{
	const struct item *it = record;

	if (!field_bad(f) && it->id[0] == '\0')
		field_fail(f, "id", "is not a valid id");
}

const struct record item_record = { SESSION_FILE_ITEM, members, sizeof(struct item), offsetof(struct item, raw),
	check_item };

void
item_read(struct item *it, struct field *f)
{
	members_read(f, members, it);
	check_item(f, it);
}

int
item_parse(struct item *it, const char *buf, size_t len, char *err, size_t errlen)
{
	return (record_parse(&item_record, it, buf, len, err, errlen));
}

char *
item_text(const struct item *it, size_t *len)
{
	return (record_end(record_json(&item_record, it), len));
}

int
item_load(int sessionfd, struct item *it, char *err, size_t errlen)
{
	return (record_load(&item_record, sessionfd, it, err, errlen));
}

void
item_release(struct item *it)
{
	record_release(&item_record, it);
}
