/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/log.h"
#include "proto/json/record.h"
#include "proto/record/answer.h"
#include "proto/session/layout.h"
#include "proto/sys/dir.h"
#include "proto/sys/file.h"
#include "worker/client/mail.h"
#include "worker/core/output.h"
#include "worker/core/worker.h"

#define REASON	256

/* Sets an unusable answer aside, and logs the reason. */
static void
refuse(int dirfd, const char *name, const char *why)
{
	output_log(SESSION_DIR_ANSWERS "/%s is not used: %s", name, why);
	if (file_quarantine(dirfd, name) == -1 && errno != ENOENT)
		log_warn(SESSION_DIR_ANSWERS "/%s", name);
}

static int
answer_with(struct worker *w, struct question *q, const char *text, size_t len, const char *by,
    char *reason)
{
	char *answer;

	if (q->verdict && (strncmp(by, "policy", strlen("policy")) == 0 || strncmp(by, "default ", strlen("default ")) == 0)) {
		strlcpy(reason, "only a person judges the work", REASON);
		return -1;
	}
	if (question_answer_check(q, text, len, &answer, reason, REASON) == -1)
		return -1;
	if (strlen(answer) > questions_room(&w->questions)) {
		strlcpy(reason, "the session's answers together are too long", REASON);
		free(answer);
		return -1;
	}
	return mail_answer(w, q, answer, by) == -1 ? 1 : 0;
}

/* true = its writer has not closed it. */
static bool
take_file(struct worker *w, int dirfd, const char *name, struct question *q, bool record)
{
	struct answer a;
	char reason[REASON];

	switch (answer_read(dirfd, name, record, &a, reason, sizeof(reason))) {
	case ANSWER_BUSY:
		return true;
	case ANSWER_NONE:
		return false;
	case ANSWER_REFUSED:
		refuse(dirfd, name, reason);
		return false;
	case ANSWER_READ:
		break;
	}
	if (answer_with(w, q, a.text, a.len, a.by, reason) == -1)
		refuse(dirfd, name, reason);
	answer_release(&a);
	return false;
}

/* True also for a withdrawn question: the answer is ready if it is asked again. */
static bool
unanswered(const struct question *q)
{
	return q->status == QUESTION_OPEN || q->status == QUESTION_WITHDRAWN;
}

/*
 * An answer's file stays, so later scans find it again.  The scan that used it (or first found the
 * question answered, after a restart) remembers its name.  A second file for the same question is
 * refused.
 */
static bool
take_name(struct worker *w, int dirfd, const char *name)
{
	char id[SESSION_ID_MAX], why[64];
	struct question *q;
	bool record, busy = false;

	if (answer_name(name, id, sizeof(id), &record) == -1)
		return false;
	q = questions_find(&w->questions, id);
	if (q == NULL)
		refuse(dirfd, name, "there is no such question");
	else if (unanswered(q)) {
		busy = take_file(w, dirfd, name, q, record);
		if (q->status == QUESTION_ANSWERED)
			strings_add(&w->answers_known, name);
	} else if (q->status == QUESTION_ANSWERED && !w->answers_scanned)
		strings_add(&w->answers_known, name);
	else if (!strings_has(&w->answers_known, name)) {
		snprintf(why, sizeof(why), "the question is %s already",
		    question_status_name(q->status));
		refuse(dirfd, name, why);
	}
	return busy;
}

static bool
scan_dir(struct worker *w)
{
	struct dirent *de;
	bool busy = false;
	DIR *dir = dir_open(w->dirfd, SESSION_DIR_ANSWERS);

	if (dir == NULL && errno != ENOENT)
		log_warn(SESSION_DIR_ANSWERS);
	while ((de = dir_next(dir)) != NULL)
		if (de->d_name[0] != '.')
			busy = take_name(w, dirfd(dir), de->d_name) || busy;
	dir_close(dir);
	return busy;
}

/* Reads the file, never writes it: a problem is logged once per content. */
static bool
scan_json(struct worker *w)
{
	static char said[512];
	struct answer *a = NULL;
	struct question *q;
	char *buf, err[512] = "", reason[REASON];
	size_t i, len, n = 0;
	bool busy = false;

	if (file_read_closed(w->dirfd, SESSION_FILE_ANSWERS_JSON, RECORD_MAX, &buf, &len) ==
	    -1) {
		busy = errno == EBUSY;
		if (errno != ENOENT && errno != EBUSY)
			snprintf(err, sizeof(err), SESSION_FILE_ANSWERS_JSON ": %s",
			    record_unreadable(errno));
	} else {
		if (len > 0 && answers_parse(&a, &n, buf, len, err, sizeof(err)) == 0)
			err[0] = '\0';
		free(buf);
	}
	for (i = 0; i < n; i++) {
		q = questions_find(&w->questions, a[i].question);
		if (q != NULL && unanswered(q) &&
		    answer_with(w, q, a[i].text, strlen(a[i].text), SESSION_FILE_ANSWERS_JSON,
		    reason) == -1)
			snprintf(err, sizeof(err), SESSION_FILE_ANSWERS_JSON ": %s: %s",
			    a[i].question, reason);
	}
	for (i = 0; i < n; i++)
		answer_release(&a[i]);
	free(a);
	if (err[0] != '\0' && strcmp(err, said) != 0)
		output_log("not used: %s", err);
	strlcpy(said, err, sizeof(said));
	return busy;
}

bool
answers_scan(struct worker *w)
{
	bool busy;

	busy = scan_dir(w);
	w->answers_scanned = true;
	if (questions_open(&w->questions) > 0)
		busy = scan_json(w) || busy;
	worker_settle(w);
	return busy;
}
