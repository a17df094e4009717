/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "orchestrator/cli/tasks_options.h"
#include "orchestrator/source/tasks.h"
#include "proto/base/glob.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/json/json.h"
#include "proto/settings/settings_keys.h"

const char *const task_yes_no[] = { "yes", "no", NULL };

bool
task_options_any(const struct task_options *o)
{
	static const struct task_options none;

	return memcmp(o, &none, sizeof(none)) != 0;
}

static int
bad(const struct task *t, const char *what, const char *should)
{
	log_warnx("task %s: --%s: %s", t->item.id, what, should);
	return EX_DATAERR;
}

static int
set_text(struct task *t, char **field, const char *what, const char *value, size_t max)
{
	if (value == NULL)
		return 0;
	if (strlen(value) > max || !text_utf8_valid(value, strlen(value)))
		return bad(t, what, "must be UTF-8 text that is not too long");
	if (field == &t->item.title && (value[0] == '\0' || strpbrk(value, "\r\n") != NULL))
		return bad(t, what, "must be one line of text");
	if (field == &t->item.agent_type && value[0] != '\0' && !item_id_valid(value))
		return bad(t, what, "must have the form of an id (letters, digits, \".\", \"_\", \"-\")");
	free(*field);
	*field = value[0] == '\0' ? NULL : text_format("%s", value);
	return 0;
}

static int
set_list(struct task *t, struct strings *field, const char *what, const struct strings *from)
{
	bool ids = field == &t->item.depends_on, urls = field == &t->item.urls;
	size_t max = ids ? SESSION_ID_MAX - 1 : urls ? ITEM_MAX_URL : ITEM_MAX_PATH;

	if (from->n == 0)
		return 0;
	if (from->n > ITEM_MAX_LIST)
		return bad(t, what, "given too often");
	for (size_t i = 0; i < from->n; i++)
		if (strlen(from->v[i]) > max || !text_utf8_valid(from->v[i], strlen(from->v[i])))
			return bad(t, what, "must be UTF-8 text that is not too long");
	for (size_t i = 0; urls && i < from->n; i++)
		if (!item_url_valid(from->v[i]))
			return bad(t, what, "must be printable ASCII without blanks");
	for (size_t i = 0; !ids && !urls && i < from->n; i++)
		if (from->v[i][0] != '\0' && (strpbrk(from->v[i], "\r\n") != NULL || !glob_within(from->v[i])))
			return bad(t, what, "must be a path from the top of the repository, in "
			    "one line and without \"..\"");
	strings_free(field);
	for (size_t i = 0; i < from->n; i++)
		if (from->v[i][0] != '\0')	/* --allow '' empties the list */
			strings_add(field, from->v[i]);
	return 0;
}

/* NAME=VALUE, with the keys of the settings. */
static int
set_limit(struct task *t, struct session_limits *limits, const char *text)
{
	size_t n = strcspn(text, "=");
	struct json *o = json_new_object();
	char why[256] = "NAME=NUMBER is needed", name[64], *end = NULL;
	struct keys k = { .file = "--limit", .err = why, .errlen = sizeof(why) };
	double value = text[n] == '=' ? strtod(text + n + 1, &end) : 0;
	int rv = 0;

	if (end == NULL || end == text + n + 1 || *end != '\0' || n >= sizeof(name) ||
	    !isdigit((unsigned char)text[n + 1]))
		rv = bad(t, "limit", why);
	else {
		snprintf(name, sizeof(name), "%.*s", (int)n, text);
		if (value < 1e15 && value == (double)(int64_t)value)
			json_put_int(o, name, (int64_t)value);
		else
			json_put(o, name, json_new_real(value));
		if (limits_item_apply(&k, "", o, limits) == -1) {
			log_warnx("task %s: %s", t->item.id, why);
			rv = EX_DATAERR;
		}
	}
	json_free(o);
	return rv;
}

static int
set_limits(struct task *t, const struct strings *from)
{
	struct session_limits limits = { 0 };
	int rv;

	if (from->n == 0)
		return 0;
	for (size_t i = 0; i < from->n; i++)
		if (from->v[i][0] != '\0' && (rv = set_limit(t, &limits, from->v[i])) != 0)
			return rv;
	t->item.limits = limits;
	return 0;
}

int
budget_option(const struct strings *from, struct budget *b)
{
	if (from->n > 0)
		memset(b, 0, sizeof(*b));
	for (size_t i = 0; i < from->n; i++)
		if (from->v[i][0] != '\0' && !budget_amount(from->v[i], b)) {
			log_warnx("--budget %s: give dollars from 0.01 to 1000000, such as 5 or '5 USD', or '20000 tokens'", from->v[i]);
			return EX_DATAERR;
		}
	return 0;
}

static void
set_number(int64_t *field, const struct option_number *from)
{
	if (from->given)
		*field = from->value;
}

/* STREAM, or 'STREAM: NAME'. */
static int
set_stream(struct tasklist *l, struct task *t, const char *stream)
{
	const char *name;
	char *id;
	int rv = 0;

	if (stream == NULL)
		return 0;
	id = text_format("%.*s", (int)tasks_split(stream, &name), stream);
	if (stream[0] != '\0' && !item_id_valid(id))
		rv = bad(t, "stream", "must be an id (letters, digits, \".\", \"_\", \"-\"), or ID: NAME");
	else if (name != NULL && !tasklist_name_valid(name))
		rv = bad(t, "stream", "its name must be one line of UTF-8 text of up to 256 bytes");
	else if (name != NULL && tasklist_name_stream(l, id, name) == -1)
		rv = bad(t, "stream", "the list has names for too many streams");
	else
		strlcpy(t->stream, id, sizeof(t->stream));
	free(id);
	return rv;
}

int
task_options_apply(const struct task_options *o, struct tasklist *l, struct task *t)
{
	struct item *it = &t->item;
	int rv;

	if ((rv = set_text(t, &it->title, "title", o->title, ITEM_MAX_TITLE)) != 0 ||
	    (rv = set_text(t, &it->description, "description", o->description, ITEM_MAX_TEXT)) != 0 ||
	    (rv = set_text(t, &it->acceptance, "acceptance", o->acceptance, ITEM_MAX_TEXT)) != 0 ||
	    (rv = set_text(t, &it->agent_type, "agent-type", o->agent_type, SESSION_ID_MAX - 1)) != 0 ||
	    (rv = set_stream(l, t, o->stream)) != 0 ||
	    (rv = set_list(t, &it->depends_on, "depends-on", &o->depends_on)) != 0 ||
	    (rv = set_list(t, &it->allowed_paths, "allow", &o->allow)) != 0 ||
	    (rv = set_list(t, &it->forbidden_paths, "forbid", &o->forbid)) != 0 ||
	    (rv = set_list(t, &it->outputs, "output", &o->output)) != 0 ||
	    (rv = set_list(t, &it->urls, "url", &o->url)) != 0 ||
	    (rv = budget_option(&o->budget, &it->budget)) != 0 || (rv = set_limits(t, &o->limit)) != 0)
		return rv;
	set_number(&it->priority, &o->priority);
	set_number(&it->estimate, &o->estimate);
	set_number(&it->timeout, &o->timeout);
	if (o->parallelizable != NULL)
		t->parallelizable = o->parallelizable[0] == 'y';
	if (o->no_change != NULL)
		it->no_change = o->no_change[0] == 'y';
	t->changed = true;
	return 0;
}

size_t
tasks_split(const char *text, const char **title)
{
	size_t n = strcspn(text, ":");

	*title = NULL;
	if (text[n] == ':') {
		*title = text + n + 1;
		*title += strspn(*title, " \t");
		if (**title == '\0')
			*title = NULL;
	}
	return n;
}
