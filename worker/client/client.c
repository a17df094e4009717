/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/time.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/json/record.h"
#include "proto/record/inbox.h"
#include "proto/record/message.h"
#include "proto/record/question.h"
#include "proto/session/layout.h"
#include "proto/sys/file.h"
#include "proto/sys/lock.h"
#include "worker/client/client.h"

int
client_open(struct client *c)
{
	const char *dir = getenv("SESSION_DIR");

	c->inbox = getenv("SESSION_INBOX");
	if (dir == NULL || c->inbox == NULL) {
		log_warnx(dir != NULL && getenv("SESSION_RUN") != NULL
		    ? "this run has no inbox: its verdict or question is its final result"
		    : "SESSION_DIR and SESSION_INBOX are not set; this command is for agents, "
		    "inside a session");
		return EX_USAGE;
	}
	c->dirfd = file_find_dir(AT_FDCWD, dir);
	if (c->dirfd == -1) {
		log_warn("%s", dir);
		return EX_NOINPUT;
	}
	c->lockfd = lock_slot_open(c->dirfd, SESSION_FILE_LOCK);
	if (c->lockfd == -1) {
		log_warn("%s/" SESSION_FILE_LOCK, dir);
		close(c->dirfd);
		return EX_NOINPUT;
	}
	return 0;
}

void
client_close(struct client *c)
{
	close(c->lockfd);
	close(c->dirfd);
}

int
client_post(struct client *c, const struct message *m, char kind, char *id, size_t len)
{
	char *text;
	size_t n;
	int rc;

	message_id_make(id, len, kind);
	text = message_text(m, &n);
	rc = n > SESSION_MAX_MESSAGE ? -1 : inbox_post(c->inbox, id, text, n);
	if (n > SESSION_MAX_MESSAGE)
		log_warnx("the message is larger than %u KiB", SESSION_MAX_MESSAGE >> 10);
	else if (rc == -1)
		log_warn("%s: the message could not be written there", c->inbox);
	free(text);
	return rc;
}

static void
on_alarm(int signo)
{
	(void)signo;
}

/* A timer without SA_RESTART ends the wait; it fires again in case the first signal came too early. */
static void
set_alarm(long seconds)
{
	struct sigaction sa = { .sa_handler = on_alarm };
	struct itimerval it = { .it_value.tv_sec = seconds, .it_interval.tv_sec = 1 };

	if (seconds <= 0)
		return;
	sigaction(SIGALRM, &sa, NULL);
	setitimer(ITIMER_REAL, &it, NULL);
}

enum client_reply
client_wait(struct client *c, const char *id, long seconds, struct questions *q)
{
	char why[RECORD_ERR];

	set_alarm(seconds);
	if (lock_slot_wait(c->lockfd, message_slot(id)) == -1)
		return errno == EINTR ? REPLY_TIMEOUT : REPLY_NONE;
	if (questions_load(c->dirfd, q, why, sizeof(why)) == -1) {
		log_warnx("%s", why);
		return REPLY_NONE;
	}
	return questions_seen(q, id) != NULL || questions_find(q, id) != NULL
	    ? REPLY_READY : REPLY_NONE;
}

int
client_send(const struct message *m)
{
	struct questions q = { 0 };
	const struct seen *seen;
	struct client c;
	char id[SESSION_ID_MAX];
	int rc;

	if ((rc = client_open(&c)) != 0)
		return rc;
	rc = EX_UNAVAILABLE;
	if (client_post(&c, m, 'm', id, sizeof(id)) == -1)
		rc = EX_IOERR;
	else if (client_wait(&c, id, 0, &q) != REPLY_READY)
		log_warnx("no worker took the message; the session is over or being recovered");
	else if ((seen = questions_seen(&q, id)) != NULL && !seen->accepted) {
		log_warnx("refused: %s", seen->reason);
		rc = EX_DATAERR;
	} else
		rc = 0;
	questions_release(&q);
	client_close(&c);
	return rc;
}

int
client_say(struct message *m, const char *text)
{
	int rc;

	if (text != NULL && (m->text = client_text(text, SESSION_MAX_TEXT)) == NULL)
		return EX_DATAERR;
	rc = client_send(m);
	free(m->text);
	return rc;
}

char *
client_text(const char *arg, size_t max)
{
	struct text t = { 0 };
	char buf[4096];
	ssize_t n;

	if (strcmp(arg, "-") != 0)
		text_add(&t, arg, strlen(arg));
	else
		while (t.len <= max && (n = read(STDIN_FILENO, buf, sizeof(buf))) > 0)
			text_add(&t, buf, (size_t)n);
	if (t.len > max || (t.buf != NULL && !text_utf8_valid(t.buf, t.len)) ||
	    (t.buf != NULL && strlen(t.buf) != t.len)) {
		log_warnx(t.len > max ? "the text is larger than %zu KiB" : "the text is not UTF-8",
		    max >> 10);
		text_free(&t);
		return NULL;
	}
	return t.buf != NULL ? t.buf : strdup("");
}
