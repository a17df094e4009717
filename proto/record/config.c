/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "proto/json/member.h"
#include "proto/json/record.h"
#include "proto/record/config.h"
#include "proto/record/item.h"
#include "proto/record/state.h"
#include "proto/session/layout.h"
#include "proto/settings/settings.h"

static bool
is_absolute(const char *path)
{
	return (path[0] == '/');
}

/* Settings of later versions are kept in raw, like any unknown member. */
static bool
is_review(const char *name)
{
	return review_mode_parse(name) != -1;
}

static void
read_settings(struct field *f, const struct member *m, void *base)
{
	struct settings *s = &((struct config *)base)->settings;

	settings_default(s);
	if (!field_bad(f) && (settings_apply_json(s, f->what, json_get(f->o, m->key), true, f->err, f->errlen) == -1 ||
	    settings_check(s, f->what, f->err, f->errlen) == -1))
		f->bad = true;
}

static void
put_settings(struct json *o, const struct member *m, const void *base)
{
	settings_json(&((const struct config *)base)->settings, record_sub(o, m->key));
}

static void
free_settings(void *base)
{
	settings_release(&((struct config *)base)->settings);
}

static const struct member session[] = {
	{ "id", MEMBER(STR, struct config, session), .flags = MEMBER_NEEDED, .valid = session_id_valid },
	{ "item", MEMBER(STR, struct config, item), .flags = MEMBER_NEEDED, .valid = item_id_valid },
	{ "attempt", MEMBER(INT, struct config, attempt), .min = 1, .max = 1000000, .otherwise = 1 },
	{ "repository", MEMBER(TEXT, struct config, repository), .max = ITEM_MAX_PATH, .valid = is_absolute,
	    .must = "must be an absolute path" },
	{ "worktree", MEMBER(TEXT, struct config, worktree), .max = ITEM_MAX_PATH, .valid = is_absolute,
	    .must = "must be an absolute path" },
	{ "branch", MEMBER(TEXT, struct config, branch), .max = STATE_MAX_BRANCH - 1, .valid = branch_valid,
	    .must = "is not the name of a branch" },
	{ "target", MEMBER(TEXT, struct config, target), .max = STATE_MAX_BRANCH - 1, .valid = branch_valid,
	    .must = "is not the name of a branch" },
	{ "base", MEMBER_OID(struct config, base) },
	{ "agent", MEMBER(TEXT, struct config, agent), .max = STATE_MAX_BRANCH - 1 },
	{ "review", MEMBER(TEXT, struct config, review), .max = STATE_MAX_KIND, .valid = is_review,
	    .must = "is not a kind of review" },
	{ "list", MEMBER(TEXT, struct config, list), .max = SESSION_ID_MAX - 1, .valid = item_id_valid,
	    .must = "is not a list's id" },
	{ "retry_of", MEMBER(TEXT, struct config, retry_of), .max = SESSION_ID_MAX - 1, .valid = session_id_valid,
	    .must = "is not a session's id" },
	{ "findings", MEMBER(TEXT, struct config, findings), .max = STATE_MAX_FEEDBACK },
	{ "created_at", MEMBER(TIME, struct config, created_at) },
	{ .key = NULL }
}, members[] = {
	{ "session", MEMBER_OBJECT, .flags = MEMBER_NEEDED, .members = session },
	{ "settings", MEMBER_OTHER, .flags = MEMBER_NEEDED, .read = read_settings, .put = put_settings,
	    .release = free_settings },
	{ .key = NULL }
};
const struct record config_record = { SESSION_FILE_CONFIG, members, sizeof(struct config), offsetof(struct config, raw),
	NULL };

int
config_parse(struct config *c, const char *buf, size_t len, char *err, size_t errlen)
{
	return (record_parse(&config_record, c, buf, len, err, errlen));
}

char *
config_text(const struct config *c, size_t *len)
{
	return (record_end(record_json(&config_record, c), len));
}

int
config_load(int sessionfd, struct config *c, char *err, size_t errlen)
{
	return (record_load(&config_record, sessionfd, c, err, errlen));
}

void
config_release(struct config *c)
{
	record_release(&config_record, c);
}
