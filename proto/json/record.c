/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "proto/base/clock.h"
#include "proto/base/fault.h"
#include "proto/base/text.h"
#include "proto/json/record.h"
#include "proto/sys/file.h"

struct json *
record_open(const char *what, const char *buf, size_t len, char *err, size_t errlen)
{
	return (record_open_as(what, buf, len, 0, err, errlen));
}

struct json *
record_open_as(const char *what, const char *buf, size_t len, enum json_flags flags, char *err,
    size_t errlen)
{
	const struct json *version;
	struct json *o;
	char why[200];

	if ((o = json_parse(buf, len, flags, why, sizeof(why))) == NULL) {
		snprintf(err, errlen, "%s: %s", what, why);
		return (NULL);
	}
	version = json_get(o, "version");
	if (json_kind(o) != JSON_OBJECT)
		snprintf(err, errlen, "%s: not a JSON object", what);
	else if (json_kind(version) == JSON_NULL)
		snprintf(err, errlen, "%s: \"version\" is missing; it must be %d", what,
		    RECORD_VERSION);
	else if (json_kind(version) != JSON_INT)
		snprintf(err, errlen, "%s: \"version\" must be a whole number", what);
	else if (json_integer(version, 0) != RECORD_VERSION)
		snprintf(err, errlen, "%s: version %lld is unknown here (only %d is known); "
		    "use the program that wrote it", what, (long long)json_integer(version, 0),
		    RECORD_VERSION);
	else
		return (o);
	json_free(o);
	return (NULL);
}

struct json *
record_begin(const struct json *raw)
{
	const struct json *v;
	const char *key;
	struct json *o = json_new_object();

	json_put_int(o, "version", RECORD_VERSION);
	for (size_t i = 0; (key = json_key(raw, i, &v)) != NULL; i++)
		if (strcmp(key, "version") != 0)
			json_put(o, key, json_copy(v));
	return (o);
}

struct json *
record_sub(struct json *o, const char *key)
{
	const struct json *v = json_get(o, key);
	struct json *sub;

	sub = json_kind(v) == JSON_OBJECT ? json_copy(v) : json_new_object();
	json_put(o, key, sub);
	return (sub);
}

char *
record_end(struct json *o, size_t *len)
{
	char *text = json_text(o, true, len);

	json_free(o);
	return (text);
}

void
record_put_time(struct json *o, const char *key, long long ms)
{
	char buf[CLOCK_TEXT];

	json_put_str(o, key, ms == 0 ? NULL : clock_text(ms, buf, sizeof(buf)));
}

void
record_put(struct json *o, const char *key, const char *s, size_t max)
{
	struct json *v = json_new_string(s);
	const char *stored = json_string(v);

	/* Cuts the stored string: replacing bad bytes may have made it longer. */
	if (stored != NULL && strlen(stored) > max) {
		json_put_strn(o, key, stored, text_cut(stored, max));
		json_free(v);
		return;
	}
	json_put(o, key, v);
}

const char *
record_unreadable(int error)
{
	return (error == EINVAL ? "not a regular file" : error == EFBIG ? "too large" :
	    error == ELOOP ? "is a symbolic link" : strerror(error));
}

int
record_read(int dirfd, const char *name, char **buf, size_t *len, char *err, size_t errlen)
{
	int e;

	if (file_read(dirfd, name, RECORD_MAX, buf, len) == 0)
		return (0);
	fault_set(e = errno);
	snprintf(err, errlen, "%s: %s", name, record_unreadable(e));
	errno = e;
	return (-1);
}
