/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/base/clock.h"
#include "proto/base/text.h"
#include "proto/json/record.h"
#include "proto/record/account.h"
#include "proto/settings/clients.h"
#include "proto/settings/settings.h"
#include "proto/sys/file.h"
#include "proto/sys/lock.h"

#define NAME_LENGTH	128	/* bytes of a name, which is also in the name of a file */

/* The end of a text that is too long, from a whole character on. */
static const char *
end_of(const char *s)
{
	size_t len = strlen(s);

	if (len > NAME_LENGTH)
		for (s += len - NAME_LENGTH; ((unsigned char)*s & 0xc0) == 0x80; s++)
			;
	return s;
}

char *
account_name(const struct settings *s, const struct agent *a)
{
	const struct client *c = client_of(a);
	const char *variable = c != NULL ? c->homes[0].variable : NULL, *home = NULL;
	char *whole, *name;

	if (a->account != NULL || c == NULL)
		return text_format("%s", end_of(a->account != NULL ? a->account : a->name));
	if (variable != NULL && (home = strings_value(&a->env, variable)) == NULL &&
	    (home = strings_value(&s->env, variable)) == NULL)
		home = getenv(variable);
	whole = text_format("%s%s%s", c->name, home != NULL ? ":" : "", home != NULL ? home : "");
	name = text_format("%s", end_of(whole));
	free(whole);
	return name;
}

char *
account_file(const char *account, const char *suffix)
{
	char *name = text_format("%s%s", end_of(account), suffix);

	for (char *p = name; *p != '\0'; p++)
		if (*p == '/' || (unsigned char)*p <= ' ' || (unsigned char)*p >= 0x7f || (p == name && *p == '.'))
			*p = '_';
	return name;
}

int64_t
account_until(int accountsfd, const char *account)
{
	char *name = account_file(account, ACCOUNT_PARKED), *buf, why[RECORD_ERR];
	struct json *o = NULL;
	int64_t until = 0;
	size_t len;

	if (file_read(accountsfd, name, RECORD_MAX, &buf, &len) == 0) {
		o = record_open(name, buf, len, why, sizeof(why));
		until = clock_parse(json_words(o, "until"));
		free(buf);
	}
	json_free(o);
	free(name);
	return until > 0 ? until : 0;
}

int
account_park(int accountsfd, const char *account, int64_t until, const char *session)
{
	char *name, *text;
	int lock = lock_take_files(accountsfd, "worker"), rc;
	int64_t known;
	struct json *o;
	size_t len;

	if (lock == -1)
		return -1;
	name = account_file(account, ACCOUNT_PARKED);
	known = account_until(accountsfd, account);
	o = record_begin(NULL);
	json_put_str(o, "account", account);
	record_put_time(o, "until", known > until ? known : until);
	record_put_time(o, "met_at", clock_wall());
	json_put_str(o, "session", session);
	text = record_end(o, &len);
	rc = file_replace(accountsfd, name, text, len, FILE_SYNC);
	free(text);
	free(name);
	file_close(lock);
	return rc;
}

int
account_free(int accountsfd, const char *account, int64_t until)
{
	char *name;
	int lock = lock_take_files(accountsfd, "worker"), rc = 0;

	if (lock == -1)
		return -1;
	name = account_file(account, ACCOUNT_PARKED);
	if (account_until(accountsfd, account) <= until && unlinkat(accountsfd, name, 0) == -1 && errno != ENOENT)
		rc = -1;
	free(name);
	file_close(lock);
	return rc;
}
