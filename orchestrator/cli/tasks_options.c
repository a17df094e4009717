/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <getopt.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "orchestrator/source/tasks.h"
#include "proto/base/glob.h"
#include "proto/base/log.h"
#include "proto/json/json.h"
#include "proto/settings/settings_keys.h"

enum {
	OPT_TITLE, OPT_DESCRIPTION, OPT_ACCEPTANCE, OPT_PRIORITY, OPT_AGENT_TYPE, OPT_ESTIMATE,
	OPT_TIMEOUT, OPT_PARALLELIZABLE, OPT_STREAM,
	OPT_LISTS,			/* from here on: may be given more than once */
	OPT_DEPENDS_ON = OPT_LISTS, OPT_ALLOW, OPT_FORBID, OPT_OUTPUT, OPT_LIMIT,
	OPT_LIST
};

static const struct option options[] = {
	{ "title", required_argument, NULL, OPT_TITLE },
	{ "description", required_argument, NULL, OPT_DESCRIPTION },
	{ "acceptance", required_argument, NULL, OPT_ACCEPTANCE },
	{ "priority", required_argument, NULL, OPT_PRIORITY },
	{ "agent-type", required_argument, NULL, OPT_AGENT_TYPE },
	{ "estimate", required_argument, NULL, OPT_ESTIMATE },
	{ "timeout", required_argument, NULL, OPT_TIMEOUT },
	{ "parallelizable", required_argument, NULL, OPT_PARALLELIZABLE },
	{ "stream", required_argument, NULL, OPT_STREAM },
	{ "depends-on", required_argument, NULL, OPT_DEPENDS_ON },
	{ "allow", required_argument, NULL, OPT_ALLOW },
	{ "forbid", required_argument, NULL, OPT_FORBID },
	{ "output", required_argument, NULL, OPT_OUTPUT },
	{ "limit", required_argument, NULL, OPT_LIMIT },
	{ "list", required_argument, NULL, OPT_LIST },
	{ NULL, 0, NULL, 0 }
};

int
task_options_parse(const struct cmd *cmd, int argc, char **argv, struct task_options *o,
    const char **list)
{
	int c;

	memset(o, 0, sizeof(*o));
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == OPT_LIST && list != NULL)
			*list = optarg;
		else if (c < 0 || c >= OPT_LIST)
			return cmd_usage(cmd);
		else if (c < OPT_LISTS)
			o->value[c] = optarg;
		else {
			o->given[c - OPT_LISTS] = true;
			if (optarg[0] != '\0')	/* --allow '' empties the list */
				strings_add(&o->list[c - OPT_LISTS], optarg);
		}
	}
	return 0;
}

void
task_options_release(struct task_options *o)
{
	for (size_t i = 0; i < sizeof(o->list) / sizeof(o->list[0]); i++)
		strings_free(&o->list[i]);
}

bool
task_options_any(const struct task_options *o)
{
	for (size_t i = 0; i < sizeof(o->value) / sizeof(o->value[0]); i++)
		if (o->value[i] != NULL)
			return true;
	for (size_t i = 0; i < sizeof(o->given) / sizeof(o->given[0]); i++)
		if (o->given[i])
			return true;
	return false;
}

static int
bad(const struct task *t, const char *what, const char *should)
{
	log_warnx("task %s: --%s: %s", t->item.id, what, should);
	return EX_DATAERR;
}

static int
set_text(struct task *t, char **field, int opt, const char *value, size_t max)
{
	const char *what = options[opt].name;

	if (value == NULL)
		return 0;
	if (strlen(value) > max || !text_utf8_valid(value, strlen(value)))
		return bad(t, what, "must be UTF-8 text that is not too long");
	if (opt == OPT_TITLE && (value[0] == '\0' || strpbrk(value, "\r\n") != NULL))
		return bad(t, what, "must be one line of text");
	if (opt == OPT_AGENT_TYPE && value[0] != '\0' && !item_id_valid(value))
		return bad(t, what, "must be made like an id (letters, digits, \".\", \"_\", \"-\")");
	free(*field);
	*field = value[0] == '\0' ? NULL : text_format("%s", value);
	return 0;
}

static int
set_number(struct task *t, int64_t *field, int opt, const char *value, int64_t max)
{
	char *end;
	long v;

	if (value == NULL)
		return 0;
	v = value[0] >= '0' && value[0] <= '9' ? strtol(value, &end, 10) : -1;
	if (v < 0 || v > max || *end != '\0')
		return bad(t, options[opt].name, opt == OPT_PRIORITY ?
		    "must be 0 (first) to 4" : "must be a number of minutes, up to 1000000");
	*field = v;
	return 0;
}

static int
set_list(struct task *t, struct strings *field, int opt, struct task_options const *o)
{
	const struct strings *from = &o->list[opt - OPT_LISTS];
	size_t max = opt == OPT_DEPENDS_ON ? SESSION_ID_MAX - 1 : ITEM_MAX_PATH;

	if (!o->given[opt - OPT_LISTS])
		return 0;
	if (from->n > ITEM_MAX_LIST)
		return bad(t, options[opt].name, "given too often");
	for (size_t i = 0; i < from->n; i++)
		if (strlen(from->v[i]) > max || !text_utf8_valid(from->v[i], strlen(from->v[i])))
			return bad(t, options[opt].name, "must be UTF-8 text that is not too long");
	for (size_t i = 0; opt != OPT_DEPENDS_ON && i < from->n; i++)
		if (strpbrk(from->v[i], "\r\n") != NULL || !glob_within(from->v[i]))
			return bad(t, options[opt].name, "must be a path from the top of the repository, in "
			    "one line and without \"..\"");
	strings_free(field);
	for (size_t i = 0; i < from->n; i++)
		strings_add(field, from->v[i]);
	return 0;
}

/* NAME=VALUE, by the keys of the settings. */
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
set_limits(struct task *t, const struct task_options *o)
{
	const struct strings *from = &o->list[OPT_LIMIT - OPT_LISTS];
	struct session_limits limits = { 0 };
	int rv;

	if (!o->given[OPT_LIMIT - OPT_LISTS])
		return 0;
	for (size_t i = 0; i < from->n; i++)
		if ((rv = set_limit(t, &limits, from->v[i])) != 0)
			return rv;
	t->item.limits = limits;
	return 0;
}

static int
set_rest(struct task *t, const char *parallelizable, const char *stream)
{
	if (parallelizable != NULL) {
		if (strcmp(parallelizable, "yes") != 0 && strcmp(parallelizable, "no") != 0)
			return bad(t, "parallelizable", "must be yes or no");
		t->parallelizable = parallelizable[0] == 'y';
	}
	if (stream != NULL) {
		if (stream[0] != '\0' && !item_id_valid(stream))
			return bad(t, "stream", "must be an id (letters, digits, \".\", \"_\", \"-\")");
		strlcpy(t->stream, stream, sizeof(t->stream));
	}
	return 0;
}

int
task_options_apply(const struct task_options *o, struct task *t)
{
	const char *const *v = o->value;
	struct item *it = &t->item;
	int rv;

	if ((rv = set_text(t, &it->title, OPT_TITLE, v[OPT_TITLE], ITEM_MAX_TITLE)) != 0 ||
	    (rv = set_text(t, &it->description, OPT_DESCRIPTION, v[OPT_DESCRIPTION],
	    ITEM_MAX_TEXT)) != 0 || (rv = set_text(t, &it->acceptance, OPT_ACCEPTANCE,
	    v[OPT_ACCEPTANCE], ITEM_MAX_TEXT)) != 0 || (rv = set_text(t, &it->agent_type,
	    OPT_AGENT_TYPE, v[OPT_AGENT_TYPE], SESSION_ID_MAX - 1)) != 0 ||
	    (rv = set_number(t, &it->priority, OPT_PRIORITY, v[OPT_PRIORITY], 4)) != 0 ||
	    (rv = set_number(t, &it->estimate, OPT_ESTIMATE, v[OPT_ESTIMATE],
	    ITEM_MAX_MINUTES)) != 0 || (rv = set_number(t, &it->timeout, OPT_TIMEOUT,
	    v[OPT_TIMEOUT], ITEM_MAX_MINUTES)) != 0 ||
	    (rv = set_rest(t, v[OPT_PARALLELIZABLE], v[OPT_STREAM])) != 0 ||
	    (rv = set_list(t, &it->depends_on, OPT_DEPENDS_ON, o)) != 0 ||
	    (rv = set_list(t, &it->allowed_paths, OPT_ALLOW, o)) != 0 ||
	    (rv = set_list(t, &it->forbidden_paths, OPT_FORBID, o)) != 0 ||
	    (rv = set_list(t, &it->outputs, OPT_OUTPUT, o)) != 0 ||
	    (rv = set_limits(t, o)) != 0)
		return rv;
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
