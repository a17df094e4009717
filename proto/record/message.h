/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PROTO_MESSAGE_H
#define PROTO_MESSAGE_H

/* A message of the inbox: {"version":1,"kind":"ask",...}.  The role is never taken from the message but from
 * the directory that holds it. */

#include <stdint.h>

#include "proto/base/strings.h"
#include "proto/session/status.h"

enum message_kind { MESSAGE_ASK, MESSAGE_PROGRESS, MESSAGE_VERDICT, MESSAGE_SUMMARY,
    MESSAGE_BLOCKED, MESSAGE_KINDS };
const char *message_kind_name(enum message_kind);

struct message {
	enum message_kind kind;
	char		*text;		/* question, note, findings, summary or reason; NULL: blocked = clear */
	struct strings	 options;	/* ask */
	bool		 deferred;	/* ask: the sender does not wait, and ends its turn */
	int64_t		 done, total;	/* progress; 0 <= done <= total <= 1000000 */
	enum verdict	 verdict;
};
int message_parse(struct message *, const char *, size_t, char *err, size_t errlen);
char *message_text(const struct message *, size_t *len);
void message_release(struct message *);

#endif
