/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_BD_H
#define ORCHESTRATOR_BD_H

/*
 * Calls of bd, the client of Beads: one at a time for the whole workspace (beads.lock there), in
 * the repository's top directory, without a shell, with a limit on time and output.  While its
 * database is locked a call is made again, after longer and longer pauses; these block, so
 * that only commands and children of execute may call.
 *
 *	bd_open(&b, o, list)
 *	bd_call(&b, (const char *const[]){ "show", id, NULL }, &answer, why, sizeof(why))
 *
 * The answer is the array of issues that bd gave, whether in an envelope or not, one
 * issue alone being an array of one; what is in it is not looked at.
 */

#include <stdint.h>

#include "proto/base/strings.h"

struct json;

#define BD_PROGRAM	"bd"
#define BD_WHY		512
#define BD_ACTOR_MAX	160

struct bd {
	struct orch	*o;
	int64_t		 timeout;	/* of a call, ms */
	int64_t		 attempts;	/* the settings' */
	char		 actor[BD_ACTOR_MAX];	/* USER/LIST: who we are in Beads; nobody else is */
};

/* By the target's settings; list: that the issues are for.  0, or a status with the error printed. */
int bd_open(struct bd *, struct orch *, const char *list);
/* Waits for a lock of the workspace that several calls go with: the descriptor, or -1. */
int bd_lock(struct orch *, const char *name);
/*
 * 0 and the answer, to be freed.  Else why is one line and the status is EX_NEGATIVE: bd
 * says no; EX_TEMPFAIL: it was locked, or took too long; EX_UNAVAILABLE: there is no bd;
 * EX_DATAERR: its answer can't be read; or of another error here.
 */
int bd_call(const struct bd *, const char *const *args, struct json **answer, char *why,
    size_t len);
/* The issues of these ids, as far as there are any, as one array.  The same statuses. */
int bd_show(const struct bd *, const struct strings *ids, struct json **answer, char *why,
    size_t len);

/* Pure: the payload of what bd printed, as an array; NULL with why when it is an error or
 * nothing of the kind (*said: it was an error that bd told). */
struct json *bd_payload(const char *text, size_t textlen, char *why, size_t len, bool *said);
/* Pure: does bd say that its database is locked? */
bool bd_is_locked(const char *message);

#endif
