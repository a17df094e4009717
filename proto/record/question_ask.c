/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/alloc.h"
#include "proto/base/text.h"
#include "proto/record/question.h"
#include "proto/settings/budget.h"

#define TEXTS_MAX	(3u << 20)	/* bytes of questions.json for texts; the rest is for everything else */
#define ANSWERS_MIN	(1u << 20)	/* part of them that questions must leave free */

struct question *
questions_find(const struct questions *qs, const char *id)
{
	for (size_t i = 0; i < qs->n; i++)
		if (strcmp(qs->q[i].id, id) == 0)
			return (&qs->q[i]);
	return (NULL);
}

const struct seen *
questions_seen(const struct questions *qs, const char *id)
{
	for (size_t i = 0; i < qs->nseen; i++)
		if (strcmp(qs->seen[i].id, id) == 0)
			return (&qs->seen[i]);
	return (NULL);
}

size_t
questions_open(const struct questions *qs)
{
	size_t n = 0;

	for (size_t i = 0; i < qs->n; i++)
		n += qs->q[i].status == QUESTION_OPEN;
	return (n);
}

bool
questions_awaited(const struct questions *qs)
{
	for (size_t i = 0; i < qs->n; i++)
		if (qs->q[i].status == QUESTION_OPEN && !qs->q[i].deferred)
			return (true);
	return (false);
}

/* The maximal size of a text in a record, in bytes. */
static size_t
encoded(const char *s)
{
	size_t n = 0;

	for (; s != NULL && *s != '\0'; s++)
		n += (unsigned char)*s < ' ' ? 6 : *s == '"' || *s == '\\' ? 2 :
		    (unsigned char)*s < 0x80 ? 1 : 3;
	return (n);
}

static size_t
encoded_ask(const char *text, const struct strings *options)
{
	size_t n = encoded(text);

	for (size_t i = 0; options != NULL && i < options->n; i++)
		n += encoded(options->v[i]) + 16;
	return (n);
}

size_t
questions_room(const struct questions *qs)
{
	size_t used = 0;

	for (size_t i = 0; i < qs->n; i++)
		used += encoded_ask(qs->q[i].text, &qs->q[i].options) + encoded(qs->q[i].answer);
	return (used < TEXTS_MAX ? TEXTS_MAX - used : 0);
}

static bool
strings_same(const struct strings *a, const struct strings *b)
{
	size_t n = b == NULL ? 0 : b->n;

	if (a->n != n)
		return (false);
	for (size_t i = 0; i < n; i++)
		if (strcmp(a->v[i], b->v[i]) != 0)
			return (false);
	return (true);
}

/* 0: the ask that made a question, kept for ever; 1: an ask attached to a question; 2: any other message. */
static int
seen_class(const struct seen *s)
{
	if (s->question[0] == '\0')
		return (2);
	return (strcmp(s->id, s->question) != 0);
}

/* The sender waits for the reply, and would sleep for ever if the message were forgotten. */
static bool
waits(const struct questions *qs, const struct seen *s)
{
	const struct question *q;

	q = s->question[0] == '\0' ? NULL : questions_find(qs, s->question);
	return (q != NULL && q->status == QUESTION_OPEN);
}

static size_t
waiting_attached(const struct questions *qs)
{
	size_t n = 0;

	for (size_t i = 0; i < qs->nseen; i++)
		n += seen_class(&qs->seen[i]) == 1 && waits(qs, &qs->seen[i]);
	return (n);
}

/* Adds an entry.  When there are too many of its kind, drops the oldest without a waiting sender. */
static void
add_seen(struct questions *qs, const struct seen *new)
{
	static const size_t most[] = { SIZE_MAX, QUESTIONS_MAX_ATTACHED, SESSION_MAX_SEEN };
	int class = seen_class(new);
	size_t n = 0, oldest = qs->nseen;

	for (size_t i = qs->nseen; i-- > 0;)
		n += seen_class(&qs->seen[i]) == class;
	for (size_t i = qs->nseen; n >= most[class] && i-- > 0;)
		if (seen_class(&qs->seen[i]) == class && !waits(qs, &qs->seen[i]))
			oldest = i;
	if (oldest < qs->nseen) {
		memmove(&qs->seen[oldest], &qs->seen[oldest + 1],
		    (--qs->nseen - oldest) * sizeof(*qs->seen));
	}
	*(struct seen *)array_add(&qs->seen, &qs->nseen, sizeof(*new)) = *new;
}

void
questions_note(struct questions *qs, const char *id, const char *kind, bool accepted,
    const char *reason)
{
	struct seen s = { .accepted = accepted };

	strlcpy(s.id, id, sizeof(s.id));
	strlcpy(s.kind, kind, sizeof(s.kind));
	strlcpy(s.reason, reason == NULL ? "" : reason, sizeof(s.reason));
	add_seen(qs, &s);
}

static struct question *
append(struct questions *qs, const char *id, const char *text, const struct strings *options)
{
	struct question *q = array_add(&qs->q, &qs->n, sizeof(*qs->q));

	strlcpy(q->id, id, sizeof(q->id));
	if ((q->text = strdup(text)) == NULL)
		err(1, NULL);
	for (size_t i = 0; options != NULL && i < options->n; i++)
		strings_add(&q->options, options->v[i]);
	return (q);
}

static bool
is_same(const struct question *q, enum role role, const char *text, const struct strings *options)
{
	return (q->role == role && strcmp(q->text, text) == 0 &&
	    strings_same(&q->options, options));
}

/* The same question if it exists, or NULL; a withdrawn one only when there is no other. */
static struct question *
same(const struct questions *qs, enum role role, const char *text, const struct strings *options)
{
	struct question *withdrawn = NULL;

	for (size_t i = 0; i < qs->n; i++) {
		struct question *q = &qs->q[i];

		if (q->status == QUESTION_REFUSED || !is_same(q, role, text, options))
			continue;
		if (q->status != QUESTION_WITHDRAWN)
			return (q);
		withdrawn = q;
	}
	return (withdrawn);
}

/* The question keeps its id, so an answer already on its way counts. */
static void
reopen(struct question *q, int64_t round, int64_t now)
{
	q->status = QUESTION_OPEN;
	q->round = round;
	q->asked_at = now;
	q->closed_at = 0;
	q->reason[0] = '\0';
}

struct question *
questions_ask(struct questions *qs, const char *id, const char *run, enum role role,
    int64_t round, const char *text, const struct strings *options, int64_t now,
    char *reason, size_t len)
{
	const struct seen *known;
	struct question *q;
	struct seen s = { .accepted = true, .kind = "ask" };

	/* A message is processed again when its removal was interrupted. */
	if ((known = questions_seen(qs, id)) != NULL) {
		snprintf(reason, len, "%s", known->reason);
		return (known->accepted ? questions_find(qs, known->question) : NULL);
	}
	reason[0] = '\0';
	if ((q = same(qs, role, text, options)) == NULL) {
		if (qs->n >= SESSION_MAX_QUESTIONS)
			snprintf(reason, len, "too many questions (%d)", SESSION_MAX_QUESTIONS);
		else if (qs->max != 0 && qs->n >= qs->max && role != ROLE_NONE)
			snprintf(reason, len, "a session may ask %zu questions (limits.questions): decide this yourself, "
			    "and say so in your summary", qs->max);
		else if (encoded_ask(text, options) + ANSWERS_MIN > questions_room(qs))
			snprintf(reason, len, "the session's questions together are too long");
		if (reason[0] != '\0') {
			questions_note(qs, id, "ask", false, reason);
			return (NULL);
		}
		q = append(qs, id, text, options);
		q->role = role;
		q->round = round;
		q->asked_at = now;
	} else if (waiting_attached(qs) >= QUESTIONS_MAX_ATTACHED) {
		snprintf(reason, len, "too many questions wait for an answer (%d)", QUESTIONS_MAX_ATTACHED);
		questions_note(qs, id, "ask", false, reason);
		return (NULL);
	}
	if (q->status == QUESTION_WITHDRAWN)
		reopen(q, round, now);
	/* An open question is withdrawn with the run that waits for it now. */
	if (q->status == QUESTION_OPEN)
		strlcpy(q->run, run, sizeof(q->run));
	strlcpy(s.id, id, sizeof(s.id));
	strlcpy(s.question, q->id, sizeof(s.question));
	add_seen(qs, &s);
	return (q);
}

void
question_answer(struct question *q, char *answer, const char *by, int64_t now)
{
	free(q->answer);
	q->answer = answer;
	strlcpy(q->by, by, sizeof(q->by));
	q->status = QUESTION_ANSWERED;
	q->closed_at = now;
	q->reason[0] = '\0';
}

void
question_unanswer(struct question *q)
{
	free(q->answer);
	q->answer = NULL;
	q->by[0] = '\0';
	q->status = QUESTION_OPEN;
	q->closed_at = 0;
}

size_t
questions_withdraw(struct questions *qs, const char *run, const char *reason, int64_t now)
{
	size_t n = 0;

	for (size_t i = 0; i < qs->n; i++) {
		struct question *q = &qs->q[i];

		if (q->status != QUESTION_OPEN || q->deferred || (run != NULL && strcmp(q->run, run) != 0))
			continue;
		q->status = QUESTION_WITHDRAWN;
		q->closed_at = now;
		strlcpy(q->reason, reason, sizeof(q->reason));
		n++;
	}
	return (n);
}

static const char *
skip_blank(const char *s)
{
	return (s + strspn(s, " \t\r\n"));
}

/* Does the answer equal the option, exactly or ignoring surrounding white space?  fold ignores case. */
static bool
option_is(const char *option, const char *answer, bool fold)
{
	char *a;
	size_t n;
	bool is;

	option = skip_blank(option);
	if ((a = strdup(option)) == NULL)
		err(1, NULL);
	n = text_trim(a, strlen(a));
	a[n] = '\0';
	is = (fold ? strcasecmp(a, answer) : strcmp(a, answer)) == 0;
	free(a);
	return (is);
}

/* The option that the answer means, or NULL. */
static const char *
choose(const struct strings *options, const char *answer)
{
	const char *e = NULL, *found = NULL;
	size_t matches = 0;
	long long n;

	for (size_t i = 0; i < options->n; i++)
		if (option_is(options->v[i], answer, false))
			return (options->v[i]);
	for (size_t i = 0; i < options->n; i++) {
		if (option_is(options->v[i], answer, true)) {
			found = options->v[i];
			matches++;
		}
	}
	if (matches == 1)
		return (found);
	if (strspn(answer, "0123456789") != strlen(answer))
		return (NULL);
	n = strtonum(answer, 1, (long long)options->n, &e);
	return (e == NULL ? options->v[n - 1] : NULL);
}

const char *
question_from(const struct question *q)
{
	return (q->verdict ? "review" : q->budget[0] != '\0' ? "budget" : role_name(q->role));
}

int
question_answer_check(const struct question *q, const char *raw, size_t len, char **out,
    char *reason, size_t reasonlen)
{
	const char *why = NULL, *option, *rest;
	char number[96] = "";
	struct budget limit = budget_limited(q->text), more;
	char *s = NULL;

	*out = NULL;
	if (len > SESSION_MAX_TEXT) {
		snprintf(reason, reasonlen, "longer than %u bytes", SESSION_MAX_TEXT);
		return (-1);
	}
	if ((len > 0 && memchr(raw, '\0', len) != NULL) || !text_utf8_valid(raw, len))
		why = "not valid UTF-8 text";
	else {
		if ((s = strndup(len > 0 ? raw : "", len)) == NULL)
			err(1, NULL);
		s[text_trim(s, len)] = '\0';
		if (*skip_blank(s) == '\0')
			why = "empty";
		else if (q->verdict && judgement_of(s, &rest) == JUDGEMENT_NONE)
			why = "it is not a judgement; give \"approve\", \"rework: REMARKS\" or \"reject: REASON\"";
		else if (q->budget[0] != '\0' && budget_reply(skip_blank(s), &limit, &more) == BUDGET_UNCLEAR)
			why = limit.tokens == 0 ? "answer \"yes\", \"no\", or an amount such as \"5 USD\"" : limit.microusd == 0 ?
			    "answer \"yes\", \"no\", or an amount such as \"20000 tokens\"" :
			    "answer \"yes\", \"no\", or an amount such as \"5 USD\" or \"20000 tokens\"";
		else if (q->options.n > 0) {
			option = choose(&q->options, skip_blank(s));
			free(s);
			if ((s = option == NULL ? NULL : strdup(option)) == NULL)
				snprintf(number, sizeof(number), "not one of the options; give the text of one, or a number from 1 to %zu",
				    q->options.n);
		}
	}
	if (why == NULL && number[0] == '\0') {
		*out = s;
		return (0);
	}
	snprintf(reason, reasonlen, "%s", why != NULL ? why : number);
	free(s);
	return (-1);
}
