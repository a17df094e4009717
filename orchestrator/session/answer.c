/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "orchestrator/session/answer.h"
#include "orchestrator/session/registry.h"
#include "orchestrator/session/room.h"
#include "orchestrator/session/spawn.h"
#include "orchestrator/workspace/control.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/json/record.h"
#include "proto/record/answer.h"
#include "proto/record/question.h"
#include "proto/session/layout.h"
#include "proto/sys/file.h"
#include "proto/sys/lock.h"

#define LOCK	"answer.lock"

static enum answer_result
publish(int dirfd, const struct answer *a, char *why, size_t whylen)
{
	char	 name[SESSION_ID_MAX + 8], *text;
	size_t	 len;
	int	 rv, error;

	text = answer_text(a, &len);
	snprintf(name, sizeof(name), "%s.json", a->question);
	rv = file_create(dirfd, name, text, len, FILE_SYNC);
	error = errno;
	free(text);
	if (rv == 0)
		return ANSWER_GIVEN;
	if (error == EEXIST) {
		snprintf(why, whylen, "it is answered already");
		return ANSWER_TAKEN;
	}
	snprintf(why, whylen, "%s/%s: %s", SESSION_DIR_ANSWERS, name, strerror(error));
	errno = error;
	return ANSWER_ERROR;
}

enum answer_result
answer_give(int sessionfd, const struct question *q, const char *text, size_t len, const char *by,
    char *why, size_t whylen)
{
	struct answer		a = { 0 };
	enum answer_result	rv;
	int			fd;

	if (question_answer_check(q, text, len, &a.text, why, whylen) == -1)
		return ANSWER_INVALID;
	strlcpy(a.question, q->id, sizeof(a.question));
	strlcpy(a.by, by, sizeof(a.by));
	if (mkdirat(sessionfd, SESSION_DIR_ANSWERS, 0700) == -1 && errno != EEXIST)
		fd = -1;
	else
		fd = file_open_dir(sessionfd, SESSION_DIR_ANSWERS);
	if (fd == -1) {
		snprintf(why, whylen, "%s: %s", SESSION_DIR_ANSWERS, strerror(errno));
		rv = ANSWER_ERROR;
	} else {
		rv = publish(fd, &a, why, whylen);
		file_close(fd);
	}
	free(a.text);
	return rv;
}

int
answer_judge(struct orch *o, const struct entry *e, enum judgement j, const char *remarks)
{
	struct questions qs = { 0 };
	const struct question *q = NULL;
	char why[RECORD_ERR], *text;
	int fd, rv = 1;

	if (e->archived || e->error != NULL || !status_live(e->state.status) || (fd = file_open_dir(AT_FDCWD, e->path)) == -1)
		return 1;
	if (questions_load(fd, &qs, why, sizeof(why)) == 0)
		for (size_t i = 0; i < qs.n && q == NULL; i++)
			q = qs.q[i].verdict && qs.q[i].status == QUESTION_OPEN ? &qs.q[i] : NULL;
	if (q != NULL) {
		text = text_format("%s: %s", judgement_name(j), remarks);
		rv = answer_give(fd, q, text, strlen(text), "person", why, sizeof(why)) == ANSWER_GIVEN ? 0 : EX_DATAERR;
		if (rv != 0)
			log_warnx("%s: %s: %s", e->id, q->id, why);
		else
			answer_wake(o, e);
		free(text);
	}
	questions_release(&qs);
	close(fd);
	return rv;
}

bool
answer_waits(const struct entry *e)
{
	struct questions qs = { 0 };
	char why[RECORD_ERR];
	int fd = file_open_dir(AT_FDCWD, e->path);
	bool waits = fd != -1 && questions_load(fd, &qs, why, sizeof(why)) == 0 && answers_wait(fd, &qs);

	questions_release(&qs);
	file_close(fd);
	return waits;
}

bool
answer_missing(const struct entry *e)
{
	struct questions qs = { 0 };
	char why[RECORD_ERR];
	int fd = file_open_dir(AT_FDCWD, e->path);
	bool missing = true;

	if (fd != -1 && questions_load(fd, &qs, why, sizeof(why)) == 0)
		missing = questions_open(&qs) > 0 && !answers_wait(fd, &qs);
	questions_release(&qs);
	file_close(fd);
	return missing;
}

static bool
is_parked(const struct entry *e)
{
	struct state s = { 0 };
	char why[RECORD_ERR];
	int fd = file_open_dir(AT_FDCWD, e->path);
	bool parked = fd != -1 && lock_held(fd, SESSION_FILE_LOCK, NULL) == 0 && state_load(fd, &s, why, sizeof(why)) == 0 && s.parked;

	state_release(&s);
	file_close(fd);
	return parked;
}

/* Answers given at the same time are counted one after another. */
static int
take_turn(const struct orch *o)
{
	int fd = o->instance == NULL ? -1 : file_open_dir(AT_FDCWD, o->instance);
	int lock = fd == -1 ? -1 : lock_take_wait(fd, LOCK, "answer");

	file_close(fd);
	return lock;
}

void
answer_wake(struct orch *o, const struct entry *e)
{
	char why[RECORD_ERR + 512];
	size_t live, max;
	int lock;

	if (!is_parked(e) || control_execute(o) != 0)
		return;
	lock = take_turn(o);
	if (room_count(o, false, &live, &max) == 0 && live >= max)
		log_info("%s: the answer is kept: %zu session%s, and max_parallel is %zu; orchestrator execute continues it once there "
		    "is room", e->id, live, live == 1 ? " runs" : "s run", max);
	else if (worker_spawn(o, e->path, why, sizeof(why)) == -1)
		log_warnx("%s: the answer is kept, but no worker starts: %s; orchestrator execute tries again", e->id, why);
	file_close(lock);
}

void
answer_wake_left(struct orch *o)
{
	struct entries es;

	registry_load(o, false, &es);
	for (const struct entry *e = es.v; e < es.v + es.n; e++)
		if (e->error == NULL && status_live(e->state.status) && e->state.parked && answer_waits(e))
			answer_wake(o, e);
	entries_release(&es);
}
