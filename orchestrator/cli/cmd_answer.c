/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "orchestrator/session/answer.h"
#include "orchestrator/session/ask.h"
#include "orchestrator/session/registry.h"
#include "orchestrator/session/show_entry.h"
#include "orchestrator/view/show.h"
#include "orchestrator/workspace/cmd.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/json/record.h"
#include "proto/sys/file.h"

/* Finds it by id or a unique prefix of it, with or without "q-". */
static const struct question *
find_question(const struct questions *qs, const char *name)
{
	const struct question	*q, *found = NULL;
	const char		*bare;

	if (*name == '\0' || strcmp(name, "q-") == 0)
		return NULL;
	for (q = qs->q; q < qs->q + qs->n; q++) {
		if (strcmp(q->id, name) == 0)
			return q;
		bare = strncmp(q->id, "q-", 2) == 0 ? q->id + 2 : q->id;
		if (strncmp(q->id, name, strlen(name)) != 0 &&
		    strncmp(bare, name, strlen(name)) != 0)
			continue;
		if (found != NULL) {
			log_warnx("question \"%s\" is ambiguous: %s, %s; give more of its id",
			    name, found->id, q->id);
			return NULL;
		}
		found = q;
	}
	return found;
}

/* Reads standard input: at most one byte more than an answer may have. */
static int
read_answer(struct text *t)
{
	char	buf[8192];
	ssize_t	n;

	while (t->len <= SESSION_MAX_TEXT) {
		if ((n = read(STDIN_FILENO, buf, sizeof(buf))) == 0)
			return 0;
		if (n == -1 && errno != EINTR) {
			log_warn("standard input");
			return EX_IOERR;
		}
		if (n > 0)
			text_add(t, buf, (size_t)n);
	}
	log_warnx("standard input: the answer is longer than %u bytes; shorten it",
	    SESSION_MAX_TEXT);
	return EX_DATAERR;
}

static void
print_done(const struct orch *o, const struct entry *e, const struct question *q)
{
	struct json	*j;

	if (o->json) {
		j = json_new_object();
		json_put_int(j, "version", 1);
		json_put_str(j, "session", e->id);
		json_put_str(j, "question", q->id);
		json_put_bool(j, "given", true);
		show_json(j);
	} else
		printf("%s: answered %s\n", e->id, q->id);
	if (!e->alive && e->state.item[0] == '\0')
		log_info("orchestrator execute takes the answer once it runs; it is not running now");
	else if (!e->alive)
		log_info("%s: no worker is running; the answer is taken once orchestrator execute restarts it", e->id);
}

static int
give(const struct orch *o, const struct entry *e, int fd, const struct question *q,
    const struct text *t)
{
	char	why[RECORD_ERR];

	if (q->status == QUESTION_ANSWERED) {
		log_warnx("%s: %s was answered already, by %s", e->id, q->id, q->by);
		return EX_DATAERR;
	}
	if (q->status != QUESTION_OPEN) {
		log_warnx("%s: %s is %s: %s", e->id, q->id, question_status_name(q->status),
		    q->reason);
		return EX_DATAERR;
	}
	switch (answer_give(fd, q, t->buf == NULL ? "" : t->buf, t->len, "person", why,
	    sizeof(why))) {
	case ANSWER_GIVEN:
		print_done(o, e, q);
		return 0;
	case ANSWER_INVALID:
		log_warnx("%s: %s: %s", e->id, q->id, why);
		return EX_DATAERR;
	case ANSWER_TAKEN:
		log_warnx("%s: %s: %s; its answer stands", e->id, q->id, why);
		return EX_DATAERR;
	case ANSWER_ERROR:
		break;
	}
	log_warnx("%s: %s", e->path, why);
	return EX_IOERR;
}

static int
answer(const struct orch *o, const struct entry *e, const char *name, const struct text *t)
{
	struct questions	 qs = { 0 };
	const struct question	*q;
	char			 why[RECORD_ERR];
	int			 fd, rv;

	if ((fd = file_open_dir(AT_FDCWD, e->path)) == -1) {
		log_warn("%s", e->path);
		return EX_IOERR;
	}
	if (questions_load(fd, &qs, why, sizeof(why)) == -1) {
		log_warnx("%s: %s", e->id, why);
		rv = EX_DATAERR;
	} else if ((q = find_question(&qs, name)) == NULL) {
		log_warnx("%s has no question \"%s\"; orchestrator questions lists the open ones",
		    e->id, name);
		rv = EX_NOINPUT;
	} else
		rv = give(o, e, fd, q, t);
	questions_release(&qs);
	close(fd);
	return rv;
}

/* Finds the instance, or a session that has not ended. */
static int
find(struct orch *o, const char *name, struct entry *e)
{
	int	rv;

	if (ask_means(o->instance, name)) {
		ask_entry(e, o->instance, true);
		return 0;
	}
	if ((rv = registry_find(o, name, e)) != 0)
		return rv;
	if (!e->archived && e->error == NULL && status_live(e->state.status))
		return 0;
	log_warnx("%s is %s: the session is over, and takes no answer", e->id, show_status(e));
	entry_release(e);
	return EX_DATAERR;
}

struct arguments { const char *session, *question, *answer; };
static const struct option_row rows[] = {
	OPERAND(struct arguments, session, "SESSION"),
	OPERAND(struct arguments, question, "QUESTION"),
	OPERAND(struct arguments, answer, "ANSWER"),
};

static int
run(struct orch *o, void *arguments)
{
	const struct arguments *a = arguments;
	struct text	t = { 0 };
	struct entry	e;
	int		rv;

	if ((rv = orch_open(o)) != 0 || (rv = find(o, a->session, &e)) != 0)
		return rv;
	if (strcmp(a->answer, "-") == 0)
		rv = read_answer(&t);
	else
		text_puts(&t, a->answer);
	if (rv == 0)
		rv = answer(o, &e, a->question, &t);
	text_free(&t);
	entry_release(&e);
	return rv;
}

const struct cmd cmd_answer = COMMAND("answer",
    "answer an open question (- reads the answer from standard input)", run,
    OPTION_ROWS(rows, struct arguments), .stops = true);
