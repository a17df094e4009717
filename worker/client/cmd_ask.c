/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/base/log.h"
#include "proto/json/record.h"
#include "proto/record/inbox.h"
#include "worker/client/client.h"
#include "worker/core/cmd.h"

/* What questions.json says of id, which may be attached to an older question. */
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
		log_warnx("%s: the worker is gone; ask again when the session goes on", id);
		return EX_UNAVAILABLE;
	}
	log_warnx("%s is %s: %s", id, question_status_name(q->status), q->reason);
	return q->status == QUESTION_REFUSED ? EX_DATAERR : EX_UNAVAILABLE;
}

static int
wait_for_answer(struct client *c, const char *id, long seconds)
{
	struct questions qs = { 0 };
	int rc = EX_UNAVAILABLE;

	switch (client_wait(c, id, seconds, &qs)) {
	case REPLY_READY:
		rc = print_reply(&qs, id);
		break;
	case REPLY_TIMEOUT:
		log_warnx("no answer yet; wait on with: worker ask -r %s", id);
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
 * A worker gives away the slots of what it closed itself, no other: what was
 * closed before, or was never asked, must not be waited for.
 */
static int
ask_again(struct client *c, const char *id, long seconds)
{
	/* looked for first: a message is on record before it leaves the inbox */
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
		rc = wait_for_answer(c, id, seconds);
	}
	questions_release(&qs);
	return rc;
}

static int
ask(const char *question, struct strings *options, const char *again, long seconds)
{
	struct message m = { .kind = MESSAGE_ASK };
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
		    : wait_for_answer(&c, id, seconds);
	}
	free(m.text);
	client_close(&c);
	return rc;
}

static int
run(int argc, char **argv)
{
	struct strings options = { 0 };
	const char *again = NULL, *why;
	long seconds = 0;
	int ch, rc;

	while ((ch = getopt(argc, argv, "o:r:t:")) != -1)
		switch (ch) {
		case 'o':
			strings_add(&options, optarg);
			break;
		case 'r':
			again = optarg;
			break;
		case 't':
			seconds = (long)strtonum(optarg, 1, 31536000, &why);
			if (why != NULL) {
				log_warnx("-t %s: %s number of seconds", optarg, why);
				return EX_USAGE;
			}
			break;
		default:
			return cmd_usage(&cmd_ask);
		}
	if (again != NULL ? optind != argc || options.n > 0 : argc - optind != 1)
		return cmd_usage(&cmd_ask);
	if (again != NULL && !message_id_valid(again)) {
		log_warnx("\"%s\" is no question id, which is q- and six letters or digits", again);
		return EX_USAGE;
	}
	rc = ask(argv[optind], &options, again, seconds);
	strings_free(&options);
	return rc;
}

const struct cmd cmd_ask = {
	.name = "ask",
	.usage = "[-o OPTION]... [-t SECONDS] QUESTION | [-t SECONDS] -r ID",
	.summary = "ask people a question and print the answer",
	.run = run,
};
