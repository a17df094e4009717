/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PROTO_QUESTION_H
#define PROTO_QUESTION_H

/* questions.json: every message id seen, every question and its state. */

#include <stdint.h>

#include "proto/base/id.h"
#include "proto/base/strings.h"
#include "proto/session/caps.h"
#include "proto/session/role.h"

#define QUESTION_MAX_OPTION	1024	/* bytes */
#define QUESTIONS_MAX_ATTACHED	1024	/* asks attached to an earlier question; the oldest are dropped */
#define QUESTIONS_MAX_MESSAGES	(SESSION_MAX_QUESTIONS + QUESTIONS_MAX_ATTACHED + SESSION_MAX_SEEN)

enum question_status { QUESTION_OPEN, QUESTION_ANSWERED, QUESTION_REFUSED, QUESTION_WITHDRAWN, QUESTION_STATUSES };
const char *question_status_name(enum question_status);

struct question {
	char		 id[SESSION_ID_MAX];
	enum question_status status;
	char		 run[16];
	enum role	 role;
	int64_t		 round;
	char		*text;
	struct strings	 options;
	int64_t		 asked_at, closed_at;
	char		*answer;	/* with options: always the option's text */
	char		 by[128];	/* "person", "answers.json", "policy: rule 2", "policy: command", "default NAME" */
	char		 reason[256];	/* why it was refused or withdrawn */
	bool		 deferred;	/* asked by ending a turn: the answer begins the next one, and was not heard yet */
	char		 budget[16];	/* the scope of the spent budget that it asks to raise; "" = another question */
	bool		 verdict;	/* a person is asked to judge the work: the answer is a judgement */
};

/* A person's answer to such a question: "approve", optionally with ": REMARKS"; "rework REMARKS"; "reject REASON". */
enum judgement { JUDGEMENT_NONE, JUDGEMENT_APPROVE, JUDGEMENT_REWORK, JUDGEMENT_REJECT, JUDGEMENTS };
const char *judgement_name(enum judgement);
enum judgement judgement_of(const char *answer, const char **remarks);

struct seen {			/* a message that was handled */
	char		 id[SESSION_ID_MAX];
	char		 kind[16];	/* ask, progress, verdict, summary, blocked */
	bool		 accepted;
	char		 reason[256];	/* why refused */
	char		 question[SESSION_ID_MAX];	/* for an ask: the question that it is attached to */
};

struct questions {
	char		 session[SESSION_ID_MAX];	/* "" for an instance's questions */
	struct question	*q;		/* at most SESSION_MAX_QUESTIONS, oldest first */
	size_t		 n;
	size_t		 max;		/* not in the file: how many agents may ask; 0 = as many as fit */
	struct seen	*seen;		/* oldest first; kinds other than ask are bounded */
	size_t		 nseen;
	struct json	*raw;
};
extern const struct record questions_record;	/* member.h */
int questions_parse(struct questions *, const char *, size_t, char *err, size_t errlen);
char *questions_text(const struct questions *, size_t *len);
void questions_release(struct questions *);
int questions_load(int sessionfd, struct questions *, char *err, size_t errlen);	/* absent = empty */
int questions_save(int sessionfd, const struct questions *);				/* durable */

/* The asker as people see it: "review", "budget", or a role. */
const char *question_from(const struct question *);
struct question *questions_find(const struct questions *, const char *id);
const struct seen *questions_seen(const struct questions *, const char *id);
size_t questions_open(const struct questions *);
bool questions_awaited(const struct questions *);	/* is one of them open, and not deferred? */
/* Bytes left for texts before the file reaches its cap.  Check this before question_answer() with a long answer. */
size_t questions_room(const struct questions *);

/*
 * Takes in an ask.  It is attached to an open or answered question with the
 * same role, text and options; a withdrawn one is reopened; otherwise a new
 * question is appended.  NULL with reason set when refused (too many).  A seen
 * entry is recorded in every case.  An id that was seen before gets the same
 * result again.
 */
struct question *questions_ask(struct questions *, const char *id, const char *run, enum role,
    int64_t round, const char *text, const struct strings *options, int64_t now, char *reason, size_t len);
void questions_note(struct questions *, const char *id, const char *kind, bool accepted, const char *reason);
/*
 * Checks a raw answer against the question: trims it, and refuses empty,
 * over-long and non-UTF-8 ones.  With options it accepts an option's text
 * (exactly, or ignoring case when that is unique) or its number from 1.  0 with
 * *out the malloced answer, or -1 with the reason.
 */
int question_answer_check(const struct question *, const char *raw, size_t len, char **out,
    char *reason, size_t reasonlen);
void question_answer(struct question *, char *answer, const char *by, int64_t now);	/* takes answer */
void question_unanswer(struct question *);	/* reopens it when the answer could not be written */
/* Withdraws the open questions of a run (NULL = of all runs), except deferred ones; returns how many. */
size_t questions_withdraw(struct questions *, const char *run, const char *reason, int64_t now);

#endif
