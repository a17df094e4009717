/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/base/alloc.h"
#include "proto/base/clock.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/json/record.h"
#include "proto/record/answer.h"
#include "proto/record/question.h"
#include "proto/session/layout.h"
#include "proto/sys/dir.h"
#include "proto/sys/file.h"
#include "proto/sys/lock.h"
#include "worker/client/tells.h"
#include "worker/core/output.h"
#include "worker/core/worker.h"

static void
set_aside(int dirfd, const char *name, const char *why)
{
	output_log(SESSION_DIR_MESSAGES "/%s is not used: %s", name, why);
	if (file_quarantine(dirfd, name) == -1 && errno != ENOENT)
		log_warn(SESSION_DIR_MESSAGES "/%s", name);
}

int
tells_record_save(struct worker *w)
{
	if (tells_save(w->dirfd, &w->tells) == 0)
		return 0;
	worker_disk_failed(w, SESSION_FILE_MESSAGES);
	return -1;
}

/* Removes the file, whose name is the id, once the record has the message. */
static void
record(struct worker *w, int dirfd, const char *id, const char *text)
{
	char *why = tell_refusal(w->state.status, w->state.step, w->config.item);
	struct tell *t = tells_add(&w->tells, id, "person", why == NULL ? text : NULL, clock_wall());

	if (why != NULL) {
		strlcpy(t->reason, why, sizeof(t->reason));
		if (status_live(w->state.status))	/* else the verdict is the last line of the log */
			output_log("refused message %s: %s", id, why);
	} else {
		output_log("message %s: %s", id, text);
		w->state.messages.received++;
	}
	if (tells_record_save(w) == 0 && (why != NULL || worker_save(w, false) == 0) && unlinkat(dirfd, id, 0) == -1 &&
	    errno != ENOENT)
		log_warn(SESSION_DIR_MESSAGES "/%s", id);
	free(why);
}

/* true = the writer of the file has not closed it. */
static bool
take(struct worker *w, int dirfd, const char *name)
{
	char id[SESSION_ID_MAX], reason[256] = "", *text = NULL;
	bool own = name[0] == 'm' && message_id_valid(name);
	enum answer_read rc;
	struct answer a;

	if (own && tells_find(&w->tells, name) != NULL) {	/* the worker was killed before it removed the file */
		(void)unlinkat(dirfd, name, 0);
		return false;
	}
	if ((rc = answer_read(dirfd, name, false, &a, reason, sizeof(reason))) == ANSWER_BUSY || rc == ANSWER_NONE)
		return rc == ANSWER_BUSY;
	message_id_make(id, sizeof(id), 'm');
	if (rc == ANSWER_READ && question_answer_check(&(struct question){ .text = NULL }, a.text, a.len, &text, reason,
	    sizeof(reason)) == 0 && tells_full(&w->tells, strlen(text)))
		snprintf(reason, sizeof(reason), "a session takes at most %d messages, and 512 KiB of them", TELLS_MAX);
	if (reason[0] != '\0')
		set_aside(dirfd, name, reason);
	else if (!own && file_shift(dirfd, name, dirfd, id) == -1)
		log_warn(SESSION_DIR_MESSAGES "/%s", name);
	else
		record(w, dirfd, own ? name : id, text);
	free(text);
	answer_release(&a);
	return false;
}

struct arrival {
	struct timespec at;
	char		name[200];
};

static int
by_arrival(const void *a, const void *b)
{
	const struct arrival *x = a, *y = b;

	if (x->at.tv_sec != y->at.tv_sec)
		return x->at.tv_sec < y->at.tv_sec ? -1 : 1;
	if (x->at.tv_nsec != y->at.tv_nsec)
		return x->at.tv_nsec < y->at.tv_nsec ? -1 : 1;
	return strcmp(x->name, y->name);
}

/* The files that may be messages, the oldest first, malloced. */
static struct arrival *
arrivals(DIR *dir, size_t *n)
{
	struct arrival *v = NULL, *a;
	struct dirent *de;
	struct stat st;

	*n = 0;
	while ((de = dir_next(dir)) != NULL) {
		if (de->d_name[0] == '.' || strstr(de->d_name, ".refused") != NULL || strlen(de->d_name) >= sizeof(v->name) ||
		    file_stat(dirfd(dir), de->d_name, &st) == -1)
			continue;
		a = array_add(&v, n, sizeof(*v));
		a->at = st.st_mtim;
		strlcpy(a->name, de->d_name, sizeof(a->name));
	}
	if (*n > 1)
		qsort(v, *n, sizeof(*v), by_arrival);
	return v;
}

bool
tells_scan(struct worker *w)
{
	struct arrival *v;
	bool busy = false;
	size_t n;
	DIR *dir;

	if (w->lockfd == -1)	/* gates of a merge */
		return false;
	dir = dir_open(w->dirfd, SESSION_DIR_MESSAGES);
	if (dir == NULL && errno != ENOENT)
		log_warn(SESSION_DIR_MESSAGES);
	v = arrivals(dir, &n);
	for (size_t i = 0; i < n && !w->disk_failed; i++)
		busy = take(w, dirfd(dir), v[i].name) || busy;
	free(v);
	dir_close(dir);
	return busy;
}

bool
tells_attach(struct worker *w, pid_t *person)
{
	bool held = lock_held(w->dirfd, SESSION_FILE_ATTACH, person) == 1;

	if (!held)
		w->attended = 0;
	return held && *person != w->attended;
}

/* The file names its run, so that a late one does not end the next run; an empty file is for any run. */
bool
tells_interrupt(struct worker *w, bool screen)
{
	pid_t person;
	char *run;
	size_t len;
	bool mine;

	if (screen)
		return !tells_attach(w, &person);
	if (w->run[0] == '\0' || w->state.step != STEP_IMPLEMENT)
		return false;
	if (tells_attach(w, &person))
		return true;
	if (file_read(w->dirfd, SESSION_FILE_INTERRUPT, sizeof(w->run), &run, &len) == -1)
		return false;
	text_trim(run, len);
	mine = *run == '\0' || strcmp(run, w->run) == 0;
	free(run);
	return mine;
}
