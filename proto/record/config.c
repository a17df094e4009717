/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "proto/json/field.h"
#include "proto/json/json.h"
#include "proto/json/record.h"
#include "proto/record/config.h"
#include "proto/record/item.h"
#include "proto/record/state.h"
#include "proto/settings/settings.h"

static char *
path_field(struct field *f, const char *key)
{
	char *s = field_text(f, key, ITEM_MAX_PATH);

	if (s != NULL && s[0] != '/')
		field_fail(f, key, "must be an absolute path");
	return (s);
}

static char *
branch_field(struct field *f, const char *key)
{
	char *s = field_text(f, key, STATE_MAX_BRANCH);

	if (s != NULL && !branch_valid(s))
		field_fail(f, key, "is not the name of a branch");
	return (s);
}

static void
read_session(struct config *c, struct field *f)
{
	field_need(f, "id");
	field_need(f, "item");
	field_id(f, "id", c->session, sizeof(c->session), session_id_valid);
	field_id(f, "item", c->item, sizeof(c->item), item_id_valid);
	c->attempt = field_int(f, "attempt", 1, 1000000, 1);
	c->repository = path_field(f, "repository");
	c->worktree = path_field(f, "worktree");
	c->branch = branch_field(f, "branch");
	c->target = branch_field(f, "target");
	field_oid(f, "base", c->base);
	c->retry_of = field_text(f, "retry_of", SESSION_ID_MAX - 1);
	if (c->retry_of != NULL && !session_id_valid(c->retry_of))
		field_fail(f, "retry_of", "is not a session's id");
	c->findings = field_text(f, "findings", STATE_MAX_FEEDBACK);
	c->created_at = field_time(f, "created_at");
}

int
config_parse(struct config *c, const char *buf, size_t len, char *err, size_t errlen)
{
	static const char file[] = SESSION_FILE_CONFIG;
	struct field f, in;

	memset(c, 0, sizeof(*c));
	if ((c->raw = record_open(file, buf, len, err, errlen)) == NULL)
		return (-1);
	f = field_begin(c->raw, file, err, errlen);
	field_need(&f, "session");
	field_need(&f, "settings");
	in = field_in(&f, "session");
	read_session(c, &in);
	settings_default(&c->settings);
	/* A version's later settings are kept in raw, as any unknown field. */
	if (!field_bad(&f) &&
	    settings_apply_json(&c->settings, file, json_get(c->raw, "settings"), true, err,
	    errlen) == 0 && settings_check(&c->settings, file, err, errlen) == 0)
		return (0);
	config_release(c);
	return (-1);
}

char *
config_text(const struct config *c, size_t *len)
{
	struct json *o = record_begin(c->raw), *in;

	in = record_sub(o, "session");
	json_put_str(in, "id", c->session);
	json_put_str(in, "item", c->item);
	json_put_int(in, "attempt", c->attempt == 0 ? 1 : c->attempt);
	json_put_str(in, "repository", c->repository);
	json_put_str(in, "worktree", c->worktree);
	json_put_str(in, "branch", c->branch);
	json_put_str(in, "target", c->target);
	json_put_str(in, "base", c->base[0] == '\0' ? NULL : c->base);
	json_put_str(in, "retry_of", c->retry_of);
	record_put(in, "findings", c->findings, STATE_MAX_FEEDBACK);
	record_put_time(in, "created_at", c->created_at);
	settings_json(&c->settings, record_sub(o, "settings"));
	return (record_end(o, len));
}

int
config_load(int sessionfd, struct config *c, char *err, size_t errlen)
{
	char *buf;
	size_t len;
	int rv;

	memset(c, 0, sizeof(*c));
	if (record_read(sessionfd, SESSION_FILE_CONFIG, &buf, &len, err, errlen) == -1)
		return -1;
	rv = config_parse(c, buf, len, err, errlen);
	if (rv == -1)
		errno = EINVAL;
	free(buf);
	return rv;
}

void
config_release(struct config *c)
{
	free(c->repository);
	free(c->worktree);
	free(c->branch);
	free(c->target);
	free(c->retry_of);
	free(c->findings);
	settings_release(&c->settings);
	json_free(c->raw);
	memset(c, 0, sizeof(*c));
}
