/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PROTO_ANSWER_H
#define PROTO_ANSWER_H

/*
 * The answers people and programs give: answers/<id>[.txt|.md] is the text
 * itself; answers/<id>.json is an answer record that also says whose it is;
 * answers.json holds several.
 */

#include <stddef.h>

#include "proto/base/id.h"

struct answer {
	char	 question[SESSION_ID_MAX];
	char	*text;
	size_t	 len;		/* by answer_read: it may hold a NUL */
	char	 by[128];
};
void answer_release(struct answer *);

/* Splits a name in answers/ into the question id and says whether it is a
 * record (.json). -1 when the name is not one of an answer. */
int answer_name(const char *name, char *id, size_t len, bool *record);
/* {"version":1,"answer":"...","by":"..."} */
int answer_parse(struct answer *, const char *, size_t, char *err, size_t errlen);
char *answer_text(const struct answer *, size_t *len);
/*
 * Reads dirfd/name, a text or a record: a is filled (by is "person" when nobody is named); NONE: it
 * is gone, or made and not yet written; BUSY: its writer has not closed it; REFUSED:
 * the reason says why.
 */
enum answer_read { ANSWER_READ, ANSWER_NONE, ANSWER_BUSY, ANSWER_REFUSED };
enum answer_read answer_read(int dirfd, const char *name, bool record, struct answer *a,
    char *reason, size_t len);
/* Why a file that was dropped can't be read, in a word or two. */
const char *answer_unreadable(int error);
/* {"version":1,"answers":{"<id>":"..."}} into a malloced array of *n. */
int answers_parse(struct answer **, size_t *n, const char *, size_t, char *err, size_t errlen);

#endif
