/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "orchestrator/cli/input.h"
#include "orchestrator/merge/give_back.h"
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
	else if (entry_dead(e))
		log_info("%s: no worker is running; the answer is taken once orchestrator execute restarts it", e->id);
}

static int
give(struct orch *o, const struct entry *e, int fd, const struct question *q,
    const char *text)
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
	switch (answer_give(fd, q, text, strlen(text), "person", why, sizeof(why))) {
	case ANSWER_GIVEN:
		print_done(o, e, q);
		if (e->state.item[0] != '\0')
			answer_wake(o, e);
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

/* The open question, or NULL with the error printed. */
static const struct question *
only_question(const struct entry *e, const struct questions *qs)
{
	const struct question	*found = NULL;
	struct text		 t = { 0 };

	for (size_t i = 0; i < qs->n; i++)
		if (qs->q[i].status == QUESTION_OPEN) {
			text_printf(&t, "%s%s", found != NULL ? ", " : "", qs->q[i].id);
			found = &qs->q[i];
		}
	if (found == NULL)
		log_warnx("%s has no open question", e->id);
	else if (strchr(t.buf, ',') != NULL) {
		log_warnx("%s has more than one open question; name one of %s before the answer", e->id, t.buf);
		found = NULL;
	}
	text_free(&t);
	return found;
}

static int
answer(struct orch *o, const struct entry *e, const char *name, const char *text)
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
	} else if (name == NULL && (q = only_question(e, &qs)) == NULL) {
		rv = EX_DATAERR;
	} else if (name != NULL && (q = find_question(&qs, name)) == NULL) {
		log_warnx("%s has no question \"%s\"; orchestrator questions lists the open ones",
		    e->id, name);
		rv = EX_NOINPUT;
	} else
		rv = give(o, e, fd, q, text);
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
	if ((!e->archived && e->error == NULL && status_live(e->state.status)) || ask_blocked(e))
		return 0;
	log_warnx("%s is %s: the session is over, and takes no answer", e->id, show_status(e));
	entry_release(e);
	return EX_DATAERR;
}

/* Its agent ended blocked: it goes on in the same session, with the answer. */
static int
answer_blocked(struct orch *o, struct entry *e, const char *text)
{
	struct unjudged	 u = { 0 };
	char		*remarks, *trimmed = text_format("%s", text);
	struct json	*j;
	int		 rv;

	text_trim(trimmed, strlen(trimmed));
	remarks = text_format("You were blocked: %s\nThe answer of a person: %s", e->state.blocked, trimmed);
	if (*trimmed == '\0' || !text_utf8_valid(trimmed, strlen(trimmed))) {
		log_warnx("%s: the answer must be text, and not empty", e->id);
		rv = EX_DATAERR;
	} else if ((rv = give_back(o, e, GIVE_BACK_REWORK, remarks, &u)) == 0 && o->json) {
		j = json_new_object();
		json_put_int(j, "version", 1);
		json_put_str(j, "session", e->id);
		json_put_str(j, "question", NULL);
		json_put_bool(j, "given", true);
		show_json(j);
	} else if (rv == 0)
		printf("%s: its agent continues with the answer; orchestrator logs -f %s follows it\n", e->id, e->id);
	unjudged_release(&u);
	free(remarks);
	free(trimmed);
	return rv;
}

/* Reads a line, and cuts off its end; NULL at the end of the input. */
static char *
read_line(void)
{
	char	*line = NULL;
	size_t	 size = 0;

	if (getline(&line, &size, stdin) == -1) {
		free(line);
		return NULL;
	}
	text_trim(line, strlen(line));
	return line;
}

static int
ask_person(struct orch *o, struct entry *e, const struct question *q, bool *over)
{
	char	*line;
	int	 rv = 0;

	printf("\n%s  %s\n", e->state.item, q->id);
	text_print(stdout, q->text, true);
	putchar('\n');
	for (size_t i = 0; i < q->options.n; i++) {
		printf("  %zu) ", i + 1);
		text_print(stdout, q->options.v[i], false);
		putchar('\n');
	}
	printf("answer (empty: later)> ");
	fflush(stdout);
	if ((line = read_line()) == NULL)
		*over = true;
	else if (*line != '\0')
		rv = ask_blocked(e) ? answer_blocked(o, e, line) : answer(o, e, q->id, line);
	free(line);
	return rv;
}

/* Of one session: all that are open. */
static int
answer_each(struct orch *o, struct entry *e, size_t *n, bool *over)
{
	struct questions	 qs = { 0 };
	struct question		 blocked = { .id = "blocked", .text = e->state.blocked };
	char			 why[RECORD_ERR];
	int			 fd, rv = 0, rc;

	if (ask_blocked(e)) {
		++*n;
		return ask_person(o, e, &blocked, over);
	}
	if ((fd = file_open_dir(AT_FDCWD, e->path)) == -1)
		return 0;
	if (questions_load(fd, &qs, why, sizeof(why)) == -1) {
		log_warnx("%s: %s", e->id, why);
		rv = EX_DATAERR;
	}
	close(fd);
	for (size_t i = 0; i < qs.n && !*over; i++)
		if (qs.q[i].status == QUESTION_OPEN) {
			++*n;
			if ((rc = ask_person(o, e, &qs.q[i], over)) != 0)
				rv = rc;
		}
	questions_release(&qs);
	return rv;
}

/* name: a session or the instance, NULL = all. */
static int
answer_all(struct orch *o, const char *name)
{
	struct entries	es = { 0 };
	struct entry	e;
	size_t		n = 0;
	bool		over = false;
	int		rv = 0, rc;

	if (name != NULL) {
		if ((rv = find(o, name, &e)) != 0)
			return rv;
		rv = answer_each(o, &e, &n, &over);
		entry_release(&e);
	} else {
		ask_entry(&e, o->instance, true);
		rv = answer_each(o, &e, &n, &over);
		entry_release(&e);
		registry_load(o, false, &es);
		for (size_t i = 0; i < es.n && !over; i++)
			if (es.v[i].error == NULL && (status_live(es.v[i].state.status) || ask_blocked(&es.v[i])) &&
			    (rc = answer_each(o, &es.v[i], &n, &over)) != 0)
				rv = rc;
		entries_release(&es);
	}
	if (n == 0)
		puts("no question is open");
	else if (over)
		putchar('\n');
	return rv;
}

struct arguments { char *const *operands; };
static const struct option_row rows[] = {
	OPERANDS_OPTIONAL(struct arguments, operands, "SESSION [[QUESTION] ANSWER]"),
};

static int
run(struct orch *o, void *arguments)
{
	const struct arguments	*a = arguments;
	char			*const *v = a->operands, *text;
	struct entry		 e;
	size_t			 n = 0;
	int			 rv;

	while (v != NULL && v[n] != NULL)
		n++;
	if (n > 3)
		return option_error(&cmd_answer.syntax, "\"%s\" is one argument too many; put the answer in quotes", v[3]);
	if ((rv = orch_open(o)) != 0)
		return rv;
	if (n < 2)
		return answer_all(o, n == 1 ? v[0] : NULL);
	if ((rv = find(o, v[0], &e)) != 0)
		return rv;
	rv = strcmp(v[n - 1], "-") != 0 ? (text = text_format("%s", v[n - 1]), 0) :
	    input_read(STDIN_FILENO, "the answer on standard input", SESSION_MAX_TEXT, &text);
	if (rv == 0 && n == 2 && ask_blocked(&e))
		rv = answer_blocked(o, &e, text);
	else if (rv == 0)
		rv = answer(o, &e, n == 3 ? v[1] : NULL, text);
	free(text);
	entry_release(&e);
	return rv;
}

const struct cmd cmd_answer = COMMAND("answer",
    "answer an open question, or all of them one by one (- reads the answer from standard input)", run,
    OPTION_ROWS(rows, struct arguments), .stops = true);
