/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_BD_H
#define ORCHESTRATOR_BD_H

/*
 * Calls of bd, the client of Beads: one at a time for the whole workspace (beads.lock there), in
 * the repository's top directory, without a shell, with a limit on time and output.  While its
 * database is locked a call is repeated, after longer and longer pauses; these block, so only commands and children
 * of execute may call.
 *
 *	bd_open(&b, o, list)
 *	bd_call(&b, (const char *const[]){ "show", id, NULL }, &answer, why, sizeof(why))
 *
 * The answer is the array of issues that bd printed, with or without an envelope; a
 * single issue becomes an array of one.  The issues are not checked here.
 */

#include <stdint.h>

#include "proto/base/strings.h"

struct json;

#define BD_PROGRAM	"bd"
#define BD_WHY		512
#define BD_ACTOR_MAX	160

struct bd {
	struct orch	*o;
	int64_t		 timeout;	/* ms per call */
	int64_t		 attempts;	/* the settings' */
	char		 actor[BD_ACTOR_MAX];	/* USER/LIST: our name in Beads, which no one else uses */
};

/* Follows the target's settings; list: the list that the issues are for.  0, or a status with the error printed. */
int bd_open(struct bd *, struct orch *, const char *list);
/* Waits for a lock of the workspace that covers several calls: its descriptor, or -1. */
int bd_lock(struct orch *, const char *name);
/*
 * 0 and the answer, to be freed.  Otherwise why is one line and the status is
 * EX_NEGATIVE: bd refused; EX_TEMPFAIL: the database was locked, or bd took too long;
 * EX_UNAVAILABLE: there is no bd; EX_DATAERR: its answer can't be parsed; or the status
 * of another error here.
 */
int bd_call(const struct bd *, const char *const *args, struct json **answer, char *why,
    size_t len);
/* The existing issues with these ids, as one array.  The same statuses. */
int bd_show(const struct bd *, const struct strings *ids, struct json **answer, char *why,
    size_t len);

/* Pure.  The payload of bd's output, as an array; NULL with why when it is an error or something else (*said:
 * it was an error reported by bd). */
struct json *bd_payload(const char *text, size_t textlen, char *why, size_t len, bool *said);
/* Pure.  Does the message say that bd's database is locked? */
bool bd_is_locked(const char *message);

#endif
