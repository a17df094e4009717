/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PROTO_ANSWER_H
#define PROTO_ANSWER_H

/*
 * Answers from people and programs: answers/<id>[.txt|.md] is the text
 * itself; answers/<id>.json is a record that also names its author;
 * answers.json holds several.
 */

#include <stdbool.h>
#include <stddef.h>

#include "proto/base/id.h"

struct answer {
	char	 question[SESSION_ID_MAX];
	char	*text;
	size_t	 len;		/* set by answer_read: the text may contain a NUL */
	char	 by[128];
};
void answer_release(struct answer *);

/* Splits a name in answers/ into the question id and whether it is a record (.json).  -1 when it is not the
 * name of an answer. */
int answer_name(const char *name, char *id, size_t len, bool *record);
/* {"version":1,"answer":"...","by":"..."} */
int answer_parse(struct answer *, const char *, size_t, char *err, size_t errlen);
char *answer_text(const struct answer *, size_t *len);
/*
 * Reads dirfd/name, a text or a record, and fills a (by is "person" when no author is named).
 * NONE: the file is gone, or still empty; BUSY: its writer has not closed it; REFUSED: reason says
 * why.
 */
enum answer_read { ANSWER_READ, ANSWER_NONE, ANSWER_BUSY, ANSWER_REFUSED };
enum answer_read answer_read(int dirfd, const char *name, bool record, struct answer *a,
    char *reason, size_t len);
/* Parses {"version":1,"answers":{"<id>":"..."}} into a malloced array of *n answers. */
int answers_parse(struct answer **, size_t *n, const char *, size_t, char *err, size_t errlen);
struct questions;
/* For a session without a worker: is there an answer to an open question, or a file that a worker must refuse or
 * wait for? */
bool answers_wait(int sessionfd, const struct questions *);

#endif
