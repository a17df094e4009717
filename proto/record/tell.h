/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PROTO_TELL_H
#define PROTO_TELL_H

/* messages.json: messages from people to the implementer of a session, and the state of each. */

#include <stdbool.h>
#include <stdint.h>

#include "proto/base/id.h"
#include "proto/session/status.h"
#include "proto/session/step.h"

#define TELLS_MAX	1000		/* messages of a session */
#define TELLS_TEXT_MAX	(512u << 10)	/* bytes of all their texts */

enum tell_status { TELL_WAITING, TELL_GIVEN, TELL_DELIVERED, TELL_REFUSED, TELL_STATUSES };
const char *tell_status_name(enum tell_status);

struct tell {
	char		 id[SESSION_ID_MAX];
	enum tell_status status;
	char		 from[128];
	char		*text;
	int64_t		 received_at, delivered_at;
	char		 run[16];	/* the run that has it, "" = none yet */
	int64_t		 given;		/* times that a run was given it: above 1, the agent may have read it twice */
	char		 how[16];	/* how it was delivered: "turn", or "in-turn": while a turn was under way */
	char		 reason[256];	/* why it was refused */
	bool		 offered;	/* not in the file: the words of the run have it (agent.h) */
};

struct tells {
	char		 session[SESSION_ID_MAX];
	struct tell	*v;		/* oldest first */
	size_t		 n;
	struct json	*raw;
};
extern const struct record tells_record;	/* member.h */
int tells_parse(struct tells *, const char *, size_t, char *err, size_t errlen);
char *tells_text(const struct tells *, size_t *len);
void tells_release(struct tells *);
int tells_load(int sessionfd, struct tells *, char *err, size_t errlen);	/* absent = empty */
int tells_save(int sessionfd, const struct tells *);				/* durable */

struct tell *tells_find(const struct tells *, const char *id);
/* Does it wait for a turn, or for the end of the turn that it was given in? */
bool tell_open(const struct tell *);
size_t tells_open(const struct tells *);
/* Adds a message, with a text that the caller has checked; text NULL = a refused one. */
struct tell *tells_add(struct tells *, const char *id, const char *from, const char *text, int64_t now);
/* Is there no room for a text of len bytes? */
bool tells_full(const struct tells *, size_t len);

/* Why a session in this step takes no message, since its implementer has no further turn, and what to do; malloced.
 * NULL: it takes one. */
char *tell_refusal(enum status, enum step, const char *item);

#endif
