/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "orchestrator/cli/report_by.h"
#include "orchestrator/cli/report_day.h"
#include "orchestrator/session/registry.h"
#include "orchestrator/session/spending.h"
#include "proto/base/array.h"
#include "proto/base/text.h"
#include "proto/json/json.h"
#include "proto/json/record.h"
#include "proto/record/config.h"
#include "proto/session/layout.h"
#include "proto/sys/file.h"

enum by { BY_ACCOUNT, BY_DAY, BY_INSTANCE, BY_ITEM, BY_LIST, BY_ROLE, BY_SESSION, BYS };
const char *const report_keys[] = { "account", "day", "instance", "item", "list", "role", "session", NULL };
ARRAY_WHOLE(report_keys, BYS + 1);

/* The session's instance: the name after that of the workspace in the path; malloced. */
static char *
instance_of(const struct entry *e)
{
	size_t n = 0;
	const char *name;

	if (session_home(e->path, &n) == 0 || e->path[n] != '/')
		return NULL;
	name = e->path + n + 1;
	return text_format("%.*s", (int)strcspn(name, "/"), name);
}

static char *
list_of(const struct entry *e)
{
	struct config c = { 0 };
	char why[RECORD_ERR], *list = NULL;
	int fd = file_open_dir(AT_FDCWD, e->path);

	if (fd != -1 && config_load(fd, &c, why, sizeof(why)) == 0) {
		list = c.list;
		c.list = NULL;
		config_release(&c);
	}
	file_close(fd);
	return list;
}

static void
add_session(struct json *list, enum by by, const struct entry *e, const char *day)
{
	char *of = by == BY_INSTANCE ? instance_of(e) : by == BY_LIST ? list_of(e) : NULL;

	for (size_t i = 0; i < e->state.nspent; i++) {
		const struct state_spent *s = &e->state.spent[i];
		const char *value = by == BY_ACCOUNT ? s->account : by == BY_DAY ? s->day : by == BY_ITEM ? e->state.item :
		    by == BY_ROLE ? role_name(s->role) : by == BY_SESSION ? e->id : of;

		if (day == NULL || strcmp(s->day, day) == 0)
			spending_add(list, &(struct spending_label){ report_keys[by], value }, 1, s);
	}
	free(of);
}

struct json *
report_by_json(struct orch *o, const char *by, const char *day)
{
	struct json *j = json_new_object(), *list = json_new_array();
	struct entries all;
	int key = name_index(report_keys, BYS, by);

	report_load(o, &all);
	for (size_t i = 0; i < all.n; i++)
		if (all.v[i].error == NULL)
			add_session(list, (enum by)key, &all.v[i], day);
	entries_release(&all);
	json_put_int(j, "version", 1);
	json_put_str(j, "by", by);
	json_put_str(j, "day", day);
	json_put(j, "spent", list);
	return j;
}

void
report_by_print(struct orch *o, const struct json *j)
{
	const struct json *list = json_get(j, "spent");
	struct text t = { 0 };

	(void)o;
	if (json_count(list) == 0)
		puts("no agent reported tokens or a cost");
	for (size_t i = 0; i < json_count(list); i++) {
		text_clear(&t);
		spending_text(json_at(list, i), &t);
		puts(t.buf);
	}
	text_free(&t);
}
