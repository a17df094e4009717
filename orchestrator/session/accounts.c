/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "orchestrator/session/accounts.h"
#include "orchestrator/view/show.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/clock.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/json/record.h"
#include "proto/record/account.h"
#include "proto/settings/settings.h"
#include "proto/sys/dir.h"
#include "proto/sys/file.h"
#include "proto/sys/watch.h"

static int
open_accounts(const struct orch *o)
{
	char *path = text_format("%s/" ACCOUNTS, o->home);
	int fd = file_open_dir(AT_FDCWD, path);

	free(path);
	return fd;
}

int64_t
accounts_closed(const struct orch *o, const struct settings *s, char **name)
{
	const char *role = s->role[ROLE_IMPLEMENTER];
	const struct agent *a = role != NULL ? settings_agent(s, role) : NULL;
	int fd = a != NULL ? open_accounts(o) : -1;
	int64_t until = 0;

	*name = NULL;
	if (fd == -1)
		return 0;
	*name = account_name(s, a);
	until = account_until(fd, *name);
	file_close(fd);
	if (until > clock_wall())
		return until;
	free(*name);
	*name = NULL;
	return 0;
}

int
accounts_watch(const struct orch *o, struct watch *watch)
{
	char *path = text_format("%s/" ACCOUNTS, o->home);
	int rc = file_make_dirs(path) == -1 || watch_dir(watch, path, false) == -1 ? -1 : 0;

	if (rc == -1)
		log_warn("%s: not watched", path);
	free(path);
	return rc;
}

static bool
is_record(const char *name)
{
	size_t len = strlen(name);

	return len > strlen(ACCOUNT_PARKED) && strcmp(name + len - strlen(ACCOUNT_PARKED), ACCOUNT_PARKED) == 0;
}

bool
accounts_changed(const struct watch_event *ev)
{
	return ev->kind != WATCH_FILE || is_record(ev->name);
}

void
accounts_each(const struct orch *o, void (*fn)(void *, const char *, int64_t), void *arg)
{
	DIR *d = dir_take(open_accounts(o));
	const struct dirent *e;
	char *name;
	int64_t until;

	while ((e = dir_next(d)) != NULL) {
		if (!is_record(e->d_name))
			continue;
		name = text_format("%.*s", (int)(strlen(e->d_name) - strlen(ACCOUNT_PARKED)), e->d_name);
		if ((until = account_until(dirfd(d), name)) != 0)
			fn(arg, name, until);
		free(name);
	}
	dir_close(d);
}

static void
print_one(void *arg, const char *account, int64_t until)
{
	int64_t now = clock_wall();
	char at[CLOCK_TEXT], in[CLOCK_TEXT];
	struct text t = { 0 };

	(void)arg;
	text_line(&t, account, strlen(account));
	if (until > now)
		text_printf(&t, " is at its usage limit until %s (in %s)", clock_local(until, now, at, sizeof(at)),
		    clock_age(until - now, in, sizeof(in)));
	else
		text_puts(&t, ": its usage limit has ended; one run tries it first");
	show_note("account", t.buf);
	text_free(&t);
}

void
accounts_print(const struct orch *o)
{
	accounts_each(o, print_one, NULL);
}

static void
add_one(void *list, const char *account, int64_t until)
{
	struct json *j = json_new_object();

	json_put_str(j, "account", account);
	record_put_time(j, "parked_until", until);
	json_append(list, j);
}

struct json *
accounts_json(const struct orch *o)
{
	struct json *list = json_new_array();

	accounts_each(o, add_one, list);
	return list;
}
