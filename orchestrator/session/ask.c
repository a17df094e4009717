/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "orchestrator/session/ask.h"
#include "orchestrator/session/registry.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/clock.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/json/record.h"
#include "proto/record/answer.h"
#include "proto/session/layout.h"
#include "proto/sys/file.h"
#include "proto/sys/lock.h"

#define WORD	"instance"

static int
open_dir(const struct ask *a)
{
	int fd = file_open_dir(AT_FDCWD, a->path);

	if (fd == -1)
		log_warn("%s", a->path);
	return fd;
}

int
ask_open(struct ask *a, const char *instance, bool make)
{
	char why[RECORD_ERR];
	int fd, rv;

	memset(a, 0, sizeof(*a));
	a->path = text_format("%s", instance);
	if ((fd = open_dir(a)) == -1) {
		ask_release(a);
		return -1;
	}
	if ((rv = questions_load(fd, &a->qs, why, sizeof(why))) == -1)
		log_warnx("%s: %s; move it away to start over", a->path, why);
	else if (make && mkdirat(fd, SESSION_DIR_ANSWERS, 0700) == -1 && errno != EEXIST) {
		log_warn("%s/" SESSION_DIR_ANSWERS, a->path);
		rv = -1;
	}
	close(fd);
	if (rv == -1)
		ask_release(a);
	return rv;
}

void
ask_release(struct ask *a)
{
	if (a->path == NULL)
		return;
	questions_release(&a->qs);
	free(a->path);
	a->path = NULL;
}

static int
save(struct ask *a)
{
	int fd = open_dir(a);

	a->unsaved = fd == -1 || questions_save(fd, &a->qs) == -1;
	if (fd == -1)
		return -1;
	if (a->unsaved)
		log_warn("%s/" SESSION_FILE_QUESTIONS, a->path);
	close(fd);
	return a->unsaved ? -1 : 0;
}

static bool
is_same(const struct question *q, const char *text)
{
	return (q->status == QUESTION_OPEN || q->status == QUESTION_ANSWERED) &&
	    strcmp(q->text, text) == 0;
}

const struct question *
ask_question(struct ask *a, const char *text, const struct strings *options, bool *fresh)
{
	char id[SESSION_ID_MAX], why[RECORD_ERR];
	struct question *q;

	*fresh = false;
	for (size_t i = 0; i < a->qs.n; i++)
		if (is_same(&a->qs.q[i], text)) {
			*fresh = a->unsaved && a->qs.q[i].status == QUESTION_OPEN;
			return !a->unsaved || save(a) == 0 ? &a->qs.q[i] : NULL;
		}
	questions_withdraw(&a->qs, NULL, "another question has replaced it", clock_wall());
	message_id_make(id, sizeof(id), 'q');
	if ((q = questions_ask(&a->qs, id, "", ROLE_NONE, 0, text, options, clock_wall(), why,
	    sizeof(why))) == NULL) {
		log_warnx("%s: not asked: %s", a->path, why);
		return NULL;
	}
	*fresh = true;
	return save(a) == 0 ? q : NULL;
}

int
ask_withdraw(struct ask *a, const char *reason)
{
	return questions_withdraw(&a->qs, NULL, reason, clock_wall()) > 0 || a->unsaved ? save(a) : 0;
}

static void
refuse(const struct ask *a, int dirfd, const char *name, const char *why)
{
	log_warnx("%s/" SESSION_DIR_ANSWERS "/%s is not used: %s", a->path, name, why);
	if (file_quarantine(dirfd, name) == -1 && errno != ENOENT)
		log_warn("%s/" SESSION_DIR_ANSWERS "/%s", a->path, name);
}

/* Tries each name that an answer may have. */
static bool
take(struct ask *a, int dirfd, struct question *q)
{
	static const char *const ends[] = { ".json", "", ".txt", ".md" };
	char name[SESSION_ID_MAX + 8], why[RECORD_ERR], *text = NULL;
	struct answer given;

	for (size_t i = 0; text == NULL && i < sizeof(ends) / sizeof(ends[0]); i++) {
		snprintf(name, sizeof(name), "%s%s", q->id, ends[i]);
		switch (answer_read(dirfd, name, i == 0, &given, why, sizeof(why))) {
		case ANSWER_READ:
			if (question_answer_check(q, given.text, given.len, &text, why,
			    sizeof(why)) == 0)
				question_answer(q, text, given.by, clock_wall());
			else
				refuse(a, dirfd, name, why);
			answer_release(&given);
			break;
		case ANSWER_REFUSED:
			refuse(a, dirfd, name, why);
			break;
		case ANSWER_NONE:
		case ANSWER_BUSY:	/* its close causes an event */
			break;
		}
	}
	return text != NULL;
}

const struct question *
ask_take(struct ask *a)
{
	struct question *q = NULL;
	bool taken = false;
	char *path;
	int fd;

	if (questions_open(&a->qs) == 0)
		return NULL;
	path = text_format("%s/" SESSION_DIR_ANSWERS, a->path);
	if ((fd = file_open_dir(AT_FDCWD, path)) != -1) {
		for (size_t i = 0; !taken && i < a->qs.n; i++) {
			q = &a->qs.q[i];
			taken = q->status == QUESTION_OPEN && take(a, fd, q);
		}
		close(fd);
	}
	free(path);
	if (!taken || save(a) == 0)
		return taken ? q : NULL;
	question_unanswer(q);	/* as it is on disk */
	return NULL;
}

static const char *
base(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL ? path : slash + 1;
}

void
ask_entry(struct entry *e, const char *instance, bool probe)
{
	int fd = probe ? file_open_dir(AT_FDCWD, instance) : -1;

	memset(e, 0, sizeof(*e));
	if (fd != -1) {
		e->alive = lock_held(fd, ORCH_LOCK, &e->pid) == 1;
		close(fd);
	}
	strlcpy(e->id, base(instance), sizeof(e->id));
	e->path = text_format("%s", instance);
}

bool
ask_means(const char *instance, const char *name)
{
	return instance != NULL && strncmp(name, WORD, strlen(WORD)) == 0 &&
	    strncmp(base(instance), name, strlen(name)) == 0;
}

bool
ask_blocked(const struct entry *e)
{
	return e->error == NULL && !e->archived && e->state.status == STATUS_FAILED && strcmp(e->state.reason, "blocked") == 0 &&
	    e->state.blocked != NULL;
}
