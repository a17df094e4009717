/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "proto/base/id.h"
#include "proto/base/text.h"
#include "proto/record/account.h"
#include "proto/record/ledger.h"
#include "proto/record/state.h"
#include "proto/sys/dir.h"
#include "proto/sys/file.h"
#include "proto/sys/lock.h"

#define LEDGER_MAX	(32u << 20)

/* Sums the lines, and copies those of other keys. */
static void
sum(const char *p, const char *key, struct ledger *l, struct text *others)
{
	char name[SESSION_ID_MAX];
	long long tokens, microusd;
	const char *end;
	struct budget *b;

	memset(l, 0, sizeof(*l));
	for (; p != NULL && *p != '\0'; p = end != NULL ? end + 1 : NULL) {
		end = strchr(p, '\n');
		if (sscanf(p, "%95s %lld %lld", name, &tokens, &microusd) != 3)
			continue;
		b = strncmp(name, "q-", 2) == 0 ? &l->raised : &l->used;
		b->tokens = state_usage(b->tokens, tokens);
		b->microusd = state_usage(b->microusd, microusd);
		if (key != NULL && strcmp(name, key) != 0)
			text_printf(others, "%s %lld %lld\n", name, tokens, microusd);
	}
}
_Static_assert(SESSION_ID_MAX >= 96, "a name fits");

int
ledger_read(const char *path, struct ledger *l)
{
	char *buf = NULL;
	size_t len;
	int rc = file_read(AT_FDCWD, path, LEDGER_MAX, &buf, &len);

	if (rc == -1) {
		buf = NULL;
		rc = errno == ENOENT ? 0 : -1;
	}
	sum(buf, NULL, l, NULL);
	free(buf);
	return rc;
}

/* Sets the line of a key; with a limit, only while the sums reach it. */
static int
set(const char *path, const char *key, const struct budget *b, const struct budget *limit, struct ledger *before,
    struct ledger *after)
{
	char *dir = text_format("%.*s", (int)(strrchr(path, '/') - path), path), *buf = NULL;
	struct text t = { 0 };
	struct budget most;
	size_t len;
	int fd = -1, lock = -1, rc = -1;

	if (file_make_dirs(dir) == -1 || (fd = file_open_dir(AT_FDCWD, dir)) == -1)
		goto done;
	if ((lock = lock_take_files(fd, "worker")) == -1)
		goto done;
	if (file_read(AT_FDCWD, path, LEDGER_MAX, &buf, &len) == -1) {
		buf = NULL;
		if (errno != ENOENT)
			goto done;
	}
	sum(buf, key, before, &t);
	most = limit != NULL ? budget_raised(limit, &before->raised) : (struct budget){ 0 };
	rc = 0;
	if (limit == NULL || budget_level(&most, &before->used) == BUDGET_SPENT) {
		text_printf(&t, "%s %lld %lld\n", key, (long long)b->tokens, (long long)b->microusd);
		rc = file_replace(AT_FDCWD, path, t.buf, t.len, FILE_DATA);
	}
	sum(t.buf, NULL, after, NULL);
done:
	file_close(lock);
	file_close(fd);
	text_free(&t);
	free(buf);
	free(dir);
	return rc;
}

int
ledger_use(const char *path, const char *session, const struct budget *used, struct ledger *before,
    struct ledger *after)
{
	return set(path, session, used, NULL, before, after);
}

int
ledger_raise(const char *path, const char *question, const struct budget *limit, const struct budget *more)
{
	struct ledger before, after;

	return set(path, question, more, limit, &before, &after);
}

const char *
ledger_day(int64_t wall_ms, char buf[16])
{
	time_t t = (time_t)(wall_ms / 1000);
	struct tm tm;

	if (localtime_r(&t, &tm) == NULL || strftime(buf, 16, "%Y-%m-%d", &tm) == 0)
		strlcpy(buf, "0000-00-00", 16);
	return buf;
}

int64_t
ledger_tomorrow(int64_t wall_ms)
{
	time_t t = (time_t)(wall_ms / 1000);
	struct tm tm;

	if (localtime_r(&t, &tm) == NULL)
		return wall_ms + INT64_C(86400000);
	tm = (struct tm){ .tm_year = tm.tm_year, .tm_mon = tm.tm_mon, .tm_mday = tm.tm_mday + 1, .tm_isdst = -1 };
	return (int64_t)mktime(&tm) * 1000;
}

char *
ledger_of_list(const char *workspace, const char *list)
{
	return text_format("%s/" LEDGERS "/list-%s", workspace, list);
}

char *
ledger_of_day(const char *workspace, int64_t wall_ms)
{
	char day[16];

	return text_format("%s/" LEDGERS "/day-%s", workspace, ledger_day(wall_ms, day));
}

char *
ledger_of_account(const char *state, const char *account, int64_t wall_ms)
{
	char day[16], *suffix = text_format(".%s", ledger_day(wall_ms, day)), *name = account_file(account, suffix), *path;

	path = text_format("%s/" ACCOUNTS "/%s", state, name);
	free(name);
	free(suffix);
	return path;
}

/* The day at the end of a ledger's name, NULL = none. */
static const char *
day_of(const char *name)
{
	static const char form[] = "0000-00-00";
	size_t len = strlen(name), n = strlen(form);

	if (len <= n + 1 || strchr("-.", name[len - n - 1]) == NULL)
		return NULL;
	name += len - n;
	for (size_t i = 0; i < n; i++)
		if (form[i] == '-' ? name[i] != '-' : name[i] < '0' || name[i] > '9')
			return NULL;
	return name;
}

void
ledger_drop(const char *dir, const char *day)
{
	DIR *d = dir_take(file_open_dir(AT_FDCWD, dir));
	const struct dirent *e;
	const char *of;

	while ((e = dir_next(d)) != NULL)
		if ((of = day_of(e->d_name)) != NULL && strcmp(of, day) < 0)
			(void)unlinkat(dirfd(d), e->d_name, 0);
	dir_close(d);
}
