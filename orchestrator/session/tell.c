/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "orchestrator/session/registry.h"
#include "orchestrator/session/tell.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/json/record.h"
#include "proto/record/tell.h"
#include "proto/session/layout.h"
#include "proto/sys/file.h"

/* From the summary on, the worker looks for no more messages. */
static char *
refusal(const struct entry *e, const struct state *s)
{
	if ((e->archived && !status_done(s->status)) || s->merging.target[0] != '\0')
		return text_format("it is %s", s->merging.target[0] != '\0' ? "being merged" : "archived");
	return tell_refusal(s->status, s->step == STEP_SUMMARY ? STEP_PRESENT : s->step, s->item);
}

static int
refuse(const struct entry *e, const char *why)
{
	log_warnx("%s: message refused: %s", e->id, why);
	return EX_DATAERR;
}

static int
publish(const struct entry *e, int fd, const char *text, const char *id)
{
	int dir, rc = -1;

	if ((mkdirat(fd, SESSION_DIR_MESSAGES, 0755) == 0 || errno == EEXIST) &&
	    (dir = file_open_dir(fd, SESSION_DIR_MESSAGES)) != -1) {
		rc = file_create(dir, id, text, strlen(text), FILE_SYNC);
		file_close(dir);
	}
	if (rc == 0)
		return 0;
	log_warn("%s/" SESSION_DIR_MESSAGES, e->path);
	return EX_IOERR;
}

/* The worker looks for messages once more after it has recorded the step to the review.  So either it takes this one,
 * or the file is still there to be removed. */
static int
check_again(const struct entry *e, int fd, const char *id)
{
	char err[RECORD_ERR], *why = NULL, path[sizeof(SESSION_DIR_MESSAGES) + SESSION_ID_MAX];
	struct tells ts = { 0 };
	struct state s = { 0 };
	const struct tell *t = NULL;
	int rv = 0;

	snprintf(path, sizeof(path), SESSION_DIR_MESSAGES "/%s", id);
	if ((state_load(fd, &s, err, sizeof(err)) == 0 || errno == ENOENT) && (why = refusal(e, &s)) != NULL &&
	    unlinkat(fd, path, 0) == 0)
		rv = refuse(e, why);
	else if (tells_load(fd, &ts, err, sizeof(err)) == 0 && (t = tells_find(&ts, id)) != NULL && t->status == TELL_REFUSED)
		rv = refuse(e, t->reason);
	tells_release(&ts);
	state_release(&s);
	free(why);
	return rv;
}

int
tell_give(const struct entry *e, const char *text, char id[SESSION_ID_MAX])
{
	char *why = e->error != NULL ? text_format("%s", e->error) : refusal(e, &e->state);
	int fd, rv;

	if (why != NULL) {
		rv = refuse(e, why);
		free(why);
		return rv;
	}
	if ((fd = file_open_dir(AT_FDCWD, e->path)) == -1) {
		log_warn("%s", e->path);
		return EX_IOERR;
	}
	message_id_make(id, SESSION_ID_MAX, 'm');
	if ((rv = publish(e, fd, text, id)) == 0)
		rv = check_again(e, fd, id);
	close(fd);
	return rv;
}

int
tell_check_turn(const struct entry *e)
{
	char *why = e->error != NULL ? text_format("%s", e->error) : refusal(e, &e->state);
	bool under_way = e->alive && e->state.step == STEP_IMPLEMENT && e->state.run[0] != '\0';

	if (why == NULL && under_way)
		return 0;
	log_warnx("%s: nothing to interrupt: %s", e->id, why != NULL ? why :
	    "its agent is not at work; orchestrator tell sends it a message");
	free(why);
	return EX_DATAERR;
}

int
tell_interrupt(const struct entry *e)
{
	int fd = file_open_dir(AT_FDCWD, e->path), rv = 0;

	if (fd == -1 || file_replace(fd, SESSION_FILE_INTERRUPT, e->state.run, strlen(e->state.run), 0) == -1) {
		log_warn("%s/" SESSION_FILE_INTERRUPT, e->path);
		rv = EX_IOERR;
	}
	file_close(fd);
	return rv;
}
