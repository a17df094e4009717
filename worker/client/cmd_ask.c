/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/log.h"
#include "proto/json/record.h"
#include "proto/record/inbox.h"
#include "proto/record/message.h"
#include "proto/record/question.h"
#include "worker/client/client.h"
#include "worker/core/cmd.h"

/* Prints the state of id from questions.json; it may be attached to an older question. */
static int
print_reply(const struct questions *qs, const char *id)
{
	const struct seen *seen = questions_seen(qs, id);
	const struct question *q;

	if (seen != NULL && !seen->accepted) {
		log_warnx("%s is refused: %s", id, seen->reason);
		return EX_DATAERR;
	}
	q = questions_find(qs, seen != NULL && seen->question[0] != '\0' ? seen->question : id);
	if (q != NULL && q->status == QUESTION_ANSWERED) {
		printf("%s\n", q->answer);
		return fflush(stdout) == 0 ? 0 : EX_IOERR;
	}
	if (q == NULL || q->status == QUESTION_OPEN) {
		log_warnx("%s: the worker is gone; ask again once the session continues", id);
		return EX_UNAVAILABLE;
	}
	log_warnx("%s is %s: %s", id, question_status_name(q->status), q->reason);
	return q->status == QUESTION_REFUSED ? EX_DATAERR : EX_UNAVAILABLE;
}

/* The question stays open when the run ends. */
static int
print_deferred(const struct questions *qs, const char *id)
{
	const struct seen *seen = questions_seen(qs, id);
	const struct question *q = questions_find(qs, seen != NULL && seen->question[0] != '\0' ? seen->question : id);

	if (q == NULL || q->status != QUESTION_OPEN)
		return print_reply(qs, id);
	log_warnx("%s is recorded; end your turn now: the answer begins the next one", id);
	return EX_TEMPFAIL;
}

static int
wait_for_answer(struct client *c, const char *id, long seconds, bool defer)
{
	struct questions qs = { 0 };
	int rc = EX_UNAVAILABLE;

	switch (client_wait(c, id, seconds, &qs)) {
	case REPLY_READY:
		rc = defer ? print_deferred(&qs, id) : print_reply(&qs, id);
		break;
	case REPLY_TIMEOUT:
		log_warnx("no answer yet; keep waiting with: worker ask -r %s", id);
		rc = EX_TEMPFAIL;
		break;
	case REPLY_NONE:
		log_warnx("%s: no such question, or the worker is gone", id);
		break;
	}
	questions_release(&qs);
	return rc;
}

/*
 * A worker releases only the slots of messages that it closed itself, so this
 * must not wait for a message that was closed earlier or never asked.
 */
static int
ask_again(struct client *c, const char *id, long seconds)
{
	/* check this first: a message is recorded before it leaves the inbox */
	bool posted = inbox_holds(c->inbox, id);
	struct questions qs = { 0 };
	const struct seen *seen;
	const struct question *q;
	char why[RECORD_ERR];
	int rc;

	if (questions_load(c->dirfd, &qs, why, sizeof(why)) == -1) {
		log_warnx("%s", why);
		return EX_UNAVAILABLE;
	}
	seen = questions_seen(&qs, id);
	q = questions_find(&qs, seen != NULL && seen->question[0] != '\0' ? seen->question : id);
	if (q != NULL ? q->status != QUESTION_OPEN : seen != NULL) {
		rc = print_reply(&qs, id);
	} else if (q == NULL && !posted) {
		log_warnx("%s: no such question; ask it again", id);
		rc = EX_UNAVAILABLE;
	} else {
		rc = wait_for_answer(c, id, seconds, false);
	}
	questions_release(&qs);
	return rc;
}

static int
ask(const char *question, struct strings *options, const char *again, long seconds, bool defer)
{
	struct message m = { .kind = MESSAGE_ASK, .deferred = defer };
	char id[SESSION_ID_MAX];
	struct client c;
	int rc;

	if (again == NULL && (m.text = client_text(question, SESSION_MAX_TEXT)) == NULL)
		return EX_DATAERR;
	if ((rc = client_open(&c)) != 0) {
		free(m.text);
		return rc;
	}
	if (again != NULL) {
		strlcpy(id, again, sizeof(id));
	} else {
		m.options = *options;
		if (client_post(&c, &m, 'q', id, sizeof(id)) == -1)
			rc = EX_IOERR;
	}
	if (rc == 0) {
		fprintf(stderr, "%s\n", id);
		rc = again != NULL ? ask_again(&c, id, seconds)
		    : wait_for_answer(&c, id, seconds, defer);
	}
	free(m.text);
	client_close(&c);
	return rc;
}

struct arguments {
	struct strings		 options;
	struct option_number	 seconds;
	const char		*again, *question;
	bool			 defer;
};
static const struct option_row rows[] = {
	OPT_LIST(struct arguments, options, 'o', NULL, "OPTION", "the answer is one of these"),
	OPT_NUMBER(struct arguments, seconds, 't', NULL, "SECONDS", 1, 31536000, "wait no longer"),
	OPT_STRING(struct arguments, again, 'r', NULL, "ID", "keep waiting for the answer to this question"),
	OPT_FLAG(struct arguments, defer, 0, "defer", "don't wait: the answer begins the next turn"),
	OPERAND_OPTIONAL(struct arguments, question, "QUESTION"),
};

static int
run(void *arguments)
{
	struct arguments *a = arguments;

	if (a->again == NULL && a->question == NULL)
		return option_error(&cmd_ask.syntax, "give QUESTION or -r");
	if (a->again != NULL && (a->question != NULL || a->options.n > 0 || a->defer))
		return option_error(&cmd_ask.syntax, "-r %s: the question was asked already: leave out QUESTION, -o and --defer",
		    a->again);
	if (a->defer && a->seconds.given)
		return option_error(&cmd_ask.syntax, "--defer does not wait: leave out -t");
	if (a->again != NULL && !message_id_valid(a->again)) {
		log_warnx("\"%s\" is not a question id: one is q- and six letters or digits", a->again);
		return EX_USAGE;
	}
	return ask(a->question, &a->options, a->again, (long)a->seconds.value, a->defer);
}

const struct cmd cmd_ask = COMMAND("ask", "ask people a question and print the answer", run,
    OPTION_ROWS(rows, struct arguments));
