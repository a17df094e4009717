/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "orchestrator/source/bd.h"
#include "orchestrator/source/tasks.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/clock.h"
#include "proto/base/text.h"
#include "proto/json/json.h"
#include "proto/settings/settings.h"
#include "proto/sys/child.h"
#include "proto/sys/file.h"
#include "proto/sys/lock.h"

#define LOCK		"beads.lock"
#define OUTPUT_MAX	(32u << 20)
#define ARGS_MAX	(SHOW_AT_ONCE + 16)
#define SHOW_AT_ONCE	50
#define TRIES		6
#define BACKOFF		100		/* ms, then doubled */

int
bd_open(struct bd *b, struct orch *o, const char *list)
{
	struct settings s;
	int rv;

	memset(b, 0, sizeof(*b));
	if ((rv = orch_target_settings(o, &s)) != 0)
		return rv;
	b->o = o;
	b->timeout = s.bd_timeout * 1000;
	b->attempts = s.attempts;
	settings_release(&s);
	snprintf(b->actor, sizeof(b->actor), "%s/%s", tasks_author(), list);
	return 0;
}

bool
bd_is_locked(const char *message)
{
	static const char *const says[] = {
		"database is locked", "database table is locked", "SQLITE_BUSY", "noms lock",
		"lock file", "locked by another", "lock busy", "exclusive lock",
		"held by another process",
	};

	for (size_t i = 0; i < sizeof(says) / sizeof(says[0]); i++)
		if (strcasestr(message, says[i]) != NULL)
			return true;
	return false;
}

struct json *
bd_payload(const char *text, size_t textlen, char *why, size_t len, bool *said)
{
	struct json *whole = json_parse(text, textlen, JSON_LARGE, why, len), *list;
	const struct json *in = whole;

	*said = false;
	if (whole == NULL)
		return NULL;
	if (json_get(whole, "schema_version") != NULL && json_get(whole, "data") != NULL)
		in = json_get(whole, "data");
	if (json_kind(in) == JSON_ARRAY)
		list = in == whole ? json_ref(whole) : json_copy(in);
	else if (json_str(in, "error") != NULL) {
		text_first_line(why, len, json_str(in, "error"));
		if (*why == '\0')
			strlcpy(why, "an error without a message", len);
		*said = true;
		list = NULL;
	} else if (json_kind(in) == JSON_OBJECT) {
		list = json_new_array();
		json_append(list, json_copy(in));
	} else {
		strlcpy(why, "neither issues nor an error", len);
		list = NULL;
	}
	json_free(whole);
	return list;
}

/* Finds bd's reason for a failure: JSON on either stream, or a line of text. */
static void
find_reason(int status, const char *out, size_t outlen, const char *err, char *why, size_t len)
{
	const char *const texts[] = { out, err };
	const size_t lens[] = { outlen, strlen(err) };
	struct json *j;
	bool said = false;

	for (size_t i = 0; i < 2 && !said; i++) {
		j = bd_payload(texts[i], lens[i], why, len, &said);
		json_free(j);
	}
	if (said)
		return;
	text_first_line(why, len, err);
	if (why[0] == '\0')
		child_status_text(status, why, len);
}

static int
judge(int status, const char *out, size_t outlen, const char *err, struct json **answer,
    char *why, size_t len)
{
	char reason[BD_WHY];
	bool said;

	if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
		if ((*answer = bd_payload(out, outlen, reason, sizeof(reason), &said)) != NULL)
			return 0;
		snprintf(why, len, said ? "%.500s" : "what it printed can't be read: %.400s", reason);
		return said ? EX_NEGATIVE : EX_DATAERR;
	}
	find_reason(status, out, outlen, err, why, len);
	return bd_is_locked(why) || bd_is_locked(err) ? EX_TEMPFAIL : EX_NEGATIVE;
}

static int
call_once(const struct bd *b, const char *const *argv, struct json **answer, char *why, size_t len,
    bool *again)
{
	const struct git_repo *repo = &b->o->repo;
	struct child_spec spec = { .argv = argv, .session = true,
		.dir = repo->top != NULL ? repo->top : repo->common };
	char *out = NULL, *err = NULL;
	size_t outlen = 0;
	struct child_io io = { .max = OUTPUT_MAX, .out = &out, .outlen = &outlen, .errout = &err,
		.timeout_ms = b->timeout };
	int status, rv;

	*again = false;
	if ((status = child_run(&spec, &io)) != -1) {
		rv = judge(status, out, outlen, err == NULL ? "" : err, answer, why, len);
		*again = rv == EX_TEMPFAIL;
	} else if (errno == ENOENT) {
		snprintf(why, len, "there is no " BD_PROGRAM " in PATH; install Beads, or say "
		    "--source");
		rv = EX_UNAVAILABLE;
	} else if (errno == ETIMEDOUT) {
		snprintf(why, len, "no answer in %jd s (see bd_timeout in orchestrator-config(5))",
		    (intmax_t)(b->timeout / 1000));
		rv = EX_TEMPFAIL;
	} else {
		rv = errno == E2BIG ? EX_DATAERR : EX_OSERR;
		snprintf(why, len, "%s", errno == E2BIG ? "it prints too much" : strerror(errno));
	}
	free(out);
	free(err);
	return rv;
}

int
bd_lock(struct orch *o, const char *name)
{
	int dir, lock = -1;

	if (file_make_dirs(o->workspace) == -1 ||
	    (dir = file_open_dir(AT_FDCWD, o->workspace)) == -1)
		return -1;
	while ((lock = lock_take_wait(dir, name, "orchestrator")) == -1 && errno == EINTR)
		;
	file_close(dir);
	return lock;
}

static void
pause_ms(int ms)
{
	struct timespec t = { ms / 1000, (long)(ms % 1000) * CLOCK_MS };

	ppoll(NULL, 0, &t, NULL);
}

int
bd_call(const struct bd *b, const char *const *args, struct json **answer, char *why, size_t len)
{
	const char *argv[ARGS_MAX] = { BD_PROGRAM };
	char reason[BD_WHY] = "";
	size_t n = 1;
	bool again;
	int lock, rv;

	*answer = NULL;
	while (n < ARGS_MAX - 4 && args[n - 1] != NULL) {
		argv[n] = args[n - 1];
		n++;
	}
	argv[n++] = "--actor";
	argv[n++] = b->actor;
	argv[n] = "--json";
	if ((lock = bd_lock(b->o, LOCK)) == -1) {
		snprintf(why, len, "%s/" LOCK ": %s", b->o->workspace, strerror(errno));
		return orch_status(errno);
	}
	rv = call_once(b, argv, answer, reason, sizeof(reason), &again);
	for (int i = 1; again && i < TRIES; i++) {
		pause_ms(BACKOFF << (i - 1));
		rv = call_once(b, argv, answer, reason, sizeof(reason), &again);
	}
	close(lock);
	if (rv != 0)
		snprintf(why, len, BD_PROGRAM " %s: %s", args[0], reason);
	return rv;
}

/* Some versions fail on the first missing id: then asks for each separately. */
static int
show(const struct bd *b, char *const *ids, size_t n, struct json *all, char *why, size_t len)
{
	const char *args[SHOW_AT_ONCE + 2] = { "show" };
	struct json *some;
	int rv;

	for (size_t i = 0; i < n; i++)
		args[i + 1] = ids[i];
	rv = bd_call(b, args, &some, why, len);
	if (rv == EX_NEGATIVE && n > 1) {
		rv = 0;
		for (size_t i = 0; rv == 0 && i < n; i++)
			rv = show(b, ids + i, 1, all, why, len);
		return rv;
	}
	if (rv == EX_NEGATIVE && (strcasestr(why, "not found") != NULL ||
	    strcasestr(why, "no issue") != NULL))
		return 0;
	for (size_t i = 0; rv == 0 && i < json_count(some); i++)
		json_append(all, json_ref_at(some, i));
	json_free(some);
	return rv;
}

int
bd_show(const struct bd *b, const struct strings *ids, struct json **answer, char *why, size_t len)
{
	size_t n;
	int rv = 0;

	*answer = json_new_array();
	for (size_t i = 0; rv == 0 && i < ids->n; i += n) {
		n = ids->n - i < SHOW_AT_ONCE ? ids->n - i : SHOW_AT_ONCE;
		rv = show(b, ids->v + i, n, *answer, why, len);
	}
	if (rv != 0) {
		json_free(*answer);
		*answer = NULL;
	}
	return rv;
}
