/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "orchestrator/cli/check_list.h"
#include "orchestrator/source/tasks.h"
#include "orchestrator/view/yaml.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/json/field.h"
#include "proto/json/record.h"

#define SLUG	48	/* bytes of an id derived from a title */

/* Derives an id from a title: its letters and digits, and a number if that is taken. */
static void
make_id(const struct tasklist *l, const char *title, char id[SESSION_ID_MAX])
{
	char slug[SLUG + 1];
	size_t n = 0;

	for (; *title != '\0' && n < SLUG; title++) {
		if (isascii((unsigned char)*title) && isalnum((unsigned char)*title))
			slug[n++] = (char)tolower((unsigned char)*title);
		else if (n > 0 && slug[n - 1] != '-')
			slug[n++] = '-';
	}
	while (n > 0 && slug[n - 1] == '-')
		n--;
	slug[n] = '\0';
	snprintf(id, SESSION_ID_MAX, "%s", n > 0 ? slug : "task");
	for (unsigned k = 2; tasklist_twin(l, id) != TASK_NONE; k++)
		snprintf(id, SESSION_ID_MAX, "%s-%u", n > 0 ? slug : "task", k);
}

struct task *
tasks_add_text(struct tasklist *l, const char *text, char *err, size_t errlen)
{
	const char *title;
	char id[SESSION_ID_MAX];
	size_t n = tasks_split(text, &title);

	if (strlen(text) > ITEM_MAX_TITLE || !text_utf8_valid(text, strlen(text)) ||
	    strpbrk(text, "\r\n") != NULL) {
		snprintf(err, errlen, "its title must be one line of UTF-8 text of up to %d bytes",
		    ITEM_MAX_TITLE);
		return NULL;
	}
	if (title != NULL && n < sizeof(id)) {
		snprintf(id, sizeof(id), "%.*s", (int)n, text);
		if (item_id_valid(id))
			return tasklist_add(l, id, title, err, errlen);
	}
	make_id(l, text, id);
	return tasklist_add(l, id, text, err, errlen);
}

/* The former status becomes one change: the history of the former list stays there. */
static void
take_over(struct task *t, enum task_status status)
{
	for (size_t i = 0; i < t->nhistory; i++) {
		free(t->history[i].by);
		free(t->history[i].reason);
	}
	t->nhistory = 0;
	t->session[0] = '\0';
	t->status = TASK_PENDING;
	if (status == TASK_FAILED)	/* only a task in progress can fail */
		task_enter(t, TASK_IN_PROGRESS, tasks_author(), "imported");
	if (status != TASK_PENDING)
		task_enter(t, status, tasks_author(), "imported");
}

static int
import_object(struct tasklist *l, const struct json *j, size_t i, char *err, size_t errlen)
{
	struct json *o = json_copy(j);
	struct field f = field_begin(o, "task", err, errlen);
	char id[SESSION_ID_MAX];
	const char *title = json_str(o, "title");
	struct task *t = NULL;
	int64_t at;

	f.key = "tasks";
	f.i = i;
	if (json_str(o, "id") == NULL && title == NULL)
		field_fail(&f, "id", "is missing, and so is \"title\"");
	else if (json_str(o, "id") == NULL && json_get(o, "id") == NULL) {
		make_id(l, title, id);
		json_put_str(o, "id", id);
	}
	if (!field_bad(&f) && (t = tasklist_add(l, json_str(o, "id") == NULL ? "" :
	    json_str(o, "id"), NULL, err, errlen)) != NULL) {
		strlcpy(id, t->item.id, sizeof(id));
		at = t->created_at;
		task_release(t);
		task_read(t, &f);
		strlcpy(t->item.id, id, sizeof(id));
		if (t->item.title == NULL)
			t->item.title = text_format("%s", id);
		t->created_at = t->created_at == 0 ? at : t->created_at;
		t->changed = true;
		take_over(t, t->status);
		t->item.raw = json_ref(o);
	}
	json_free(o);
	return t == NULL || field_bad(&f) ? -1 : 0;
}

static int
import_tasks(struct tasklist *l, const struct json *j, char *err, size_t errlen)
{
	const struct json *tasks = json_kind(j) == JSON_OBJECT ? json_get(j, "tasks") : j, *t;

	if (json_kind(j) == JSON_OBJECT && json_get(j, "version") != NULL &&
	    json_integer(json_get(j, "version"), 0) != RECORD_VERSION) {
		snprintf(err, errlen, "its \"version\" is not %d; use the program that wrote it", RECORD_VERSION);
		return -1;
	}
	if (json_kind(j) == JSON_OBJECT) {
		struct field f = field_begin(j, "the list", err, errlen);

		tasklist_read_own(l, &f);
		if (field_bad(&f))
			return -1;
	}
	if (json_kind(tasks) != JSON_ARRAY) {
		snprintf(err, errlen, "must be a list of tasks, or an object with \"tasks\", or a check list, of which "
		    "a line is \"- [ ] title\"");
		return -1;
	}
	for (size_t i = 0; i < json_count(tasks); i++) {
		t = json_at(tasks, i);
		if (json_kind(t) == JSON_STRING) {
			if (tasks_add_text(l, json_string(t), err, errlen) == NULL)
				return -1;
		} else if (json_kind(t) != JSON_OBJECT) {
			snprintf(err, errlen, "tasks[%zu] must be an object or a string", i);
			return -1;
		} else if (import_object(l, t, i, err, errlen) == -1)
			return -1;
	}
	return 0;
}

static int
import_check_list(struct tasklist *l, struct json *tasks, char *err, size_t errlen)
{
	char why[RECORD_ERR];

	for (size_t i = 0; i < json_count(tasks); i++) {
		struct json *t = json_ref_at(tasks, i);
		int64_t line = json_int(t, "line", 0);
		int rv;

		json_drop(t, "line");
		rv = import_object(l, t, i, why, sizeof(why));
		json_free(t);
		if (rv == -1) {
			snprintf(err, errlen, "line %" PRId64 ": %s", line, why);
			return -1;
		}
	}
	return 0;
}

static bool
is_yaml(const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot != NULL && (strcmp(dot, ".yaml") == 0 || strcmp(dot, ".yml") == 0);
}

int
tasks_import(struct tasklist *l, const char *what, const char *text, size_t len)
{
	size_t n = strspn(text, " \t\r\n");
	struct json *j;
	char why[2 * RECORD_ERR];
	int rv = -1;

	if (text[n] == '{' || text[n] == '[') {
		if ((j = json_parse(text, len, JSON_LARGE, why, sizeof(why))) != NULL)
			rv = import_tasks(l, j, why, sizeof(why));
	} else if (!is_yaml(what) && (j = check_list_parse(text, len, strcmp(what, "-") == 0 ? NULL : what)) != NULL)
		rv = import_check_list(l, j, why, sizeof(why));
	else if ((j = yaml_parse(text, len, why, sizeof(why))) != NULL)
		rv = import_tasks(l, j, why, sizeof(why));
	json_free(j);
	if (rv == -1)
		log_warnx("--from %s: %s", what, why);
	return rv == -1 ? EX_DATAERR : 0;
}
