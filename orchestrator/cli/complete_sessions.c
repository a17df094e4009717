/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "orchestrator/cli/complete.h"
#include "orchestrator/session/ask.h"
#include "orchestrator/session/next.h"
#include "orchestrator/session/registry.h"
#include "orchestrator/session/show_entry.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/text.h"
#include "proto/json/record.h"
#include "proto/sys/file.h"

/* The sessions that a command takes, if the table of next steps (next.h) does not say so: it has only the likeliest
 * commands. */
enum fit { FIT_NEXT,
	FIT_ALL,
	FIT_LIVE,
	FIT_ENDED };
static const struct {
	const char *command;
	enum fit fit;
} fits[] = {
	{ "show", FIT_ALL },
	{ "status", FIT_ALL },
	{ "diff", FIT_ALL },
	{ "logs", FIT_ALL },
	{ "path", FIT_ALL },
	{ "review", FIT_ALL },
	{ "tell", FIT_LIVE },
	{ "interrupt", FIT_LIVE },
	{ "attach", FIT_LIVE },
	{ "cancel", FIT_LIVE },
	{ "pause", FIT_LIVE },
	{ "wait", FIT_LIVE },
	{ "adopt", FIT_ENDED },
	{ "retry", FIT_ENDED },
	{ "discard", FIT_ENDED },
};

static bool
is_next(enum next n, const char *command)
{
	size_t len = strlen(command);

	for (const struct next_row *r = next_rows(n); r->command != NULL; r++)
		if (strncmp(r->command, command, len) == 0 && strncmp(r->command + len, " %s", 3) == 0)
			return true;
	return false;
}

static bool
has_fit(const struct entry *e, const char *command)
{
	enum fit fit = FIT_NEXT;

	for (size_t i = 0; i < sizeof(fits) / sizeof(fits[0]); i++)
		if (strcmp(fits[i].command, command) == 0)
			fit = fits[i].fit;
	switch (fit) {
	case FIT_ALL:
		return true;
	case FIT_LIVE:
		return e->error == NULL && status_live(e->state.status);
	case FIT_ENDED:
		return e->error == NULL && status_ended(e->state.status) && !status_done(e->state.status);
	case FIT_NEXT:
		break;
	}
	return is_next(next_of(e, false), command) || (strcmp(command, "merge") == 0 && e->error == NULL && entry_mergeable(e));
}

/* Prints the open questions with their texts or, if there is only one, its options. */
static void
print_questions(const struct place *p, const struct entry *e)
{
	const char *id = p->noperands > 1 ? p->operands[1] : NULL;
	const struct question *one = NULL;
	struct questions qs = { 0 };
	int fd = file_open_dir(AT_FDCWD, e->path);
	char why[RECORD_ERR];

	if (fd != -1 && questions_load(fd, &qs, why, sizeof(why)) == 0) {
		for (size_t i = 0; i < qs.n; i++)
			if (qs.q[i].status == QUESTION_OPEN && id == NULL)
				complete_word(p, qs.q[i].id, qs.q[i].text);
		one = id != NULL ? questions_find(&qs, id) : NULL;
		for (size_t i = 0; i < qs.n && id == NULL && questions_open(&qs) == 1; i++)
			if (qs.q[i].status == QUESTION_OPEN)
				one = &qs.q[i];
		for (size_t i = 0; one != NULL && i < one->options.n; i++)
			complete_word(p, one->options.v[i], one->text);
		questions_release(&qs);
	}
	file_close(fd);
}

/* The session of an operand, or the instance. */
static void
answer_words(struct orch *o, const struct place *p)
{
	struct entry e;

	if (ask_means(o->instance, p->operands[0]))
		ask_entry(&e, o->instance, false);
	else if (registry_find_known(o, p->operands[0], &e) != 0)
		return;
	print_questions(p, &e);
	entry_release(&e);
}

static void
instance_word(struct orch *o, const struct place *p)
{
	struct questions qs = { 0 };
	int fd = o->instance == NULL ? -1 : file_open_dir(AT_FDCWD, o->instance);
	char why[RECORD_ERR];

	if (fd != -1 && questions_load(fd, &qs, why, sizeof(why)) == 0) {
		if (questions_open(&qs) > 0)
			complete_word(p, "instance", "a question of execute");
		questions_release(&qs);
	}
	file_close(fd);
}

/* Is a later attempt of its item in the list, so that the name of the item means that one? */
static bool
has_later(const struct entries *es, size_t i)
{
	for (size_t k = i + 1; k < es->n; k++)
		if (strcmp(es->v[k].state.item, es->v[i].state.item) == 0)
			return true;
	return false;
}

static bool
is_named(const struct place *p, const char *name)
{
	for (size_t i = 0; i < p->noperands; i++)
		if (strcmp(p->operands[i], name) == 0)
			return true;
	return false;
}

void
complete_sessions(struct orch *o, const struct place *p)
{
	bool answers = strcmp(p->command->name, "answer") == 0;
	struct entries es = { 0 };

	if (orch_open(o) != 0)
		return;
	if (answers && p->noperands > 0) {
		answer_words(o, p);
		return;
	}
	registry_load(o, false, &es);
	for (size_t i = 0; i < es.n; i++) {
		const struct entry *e = &es.v[i];
		bool item = e->error == NULL && !has_later(&es, i);
		const char *name = item ? e->state.item : e->id;

		/* ids are offered only after their first letters */
		if (has_fit(e, p->command->name) && !is_named(p, name))
			complete_word(p, strncmp(p->word, "session-", strlen("session-")) == 0 ? e->id : name, show_status(e));
	}
	entries_release(&es);
	if (answers)
		instance_word(o, p);
}
