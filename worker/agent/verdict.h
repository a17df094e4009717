/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WORKER_VERDICT_H
#define WORKER_VERDICT_H

/*
 * The verdict of a judge's run.  verdict_of is pure: it maps what was heard to a verdict, by a table that
 * tests/unit/worker/agent/test_verdict.c checks.  A judge that could not give a verdict has none, and is
 * asked again; contradictions are a rejection.
 */

#include <stdbool.h>
#include <stddef.h>

#include "proto/base/strings.h"
#include "proto/session/status.h"

struct json;

/* Runs of a judge for one verdict; questions to people in one conversation. */
#define VERDICT_TRIES		3

enum channel {
	CHANNEL_MESSAGE,	/* worker verdict; the run must succeed, too */
	CHANNEL_EXIT,		/* the exit status; worker verdict must agree, if used */
	CHANNEL_RESULT,		/* the client's final result, as RULING_SCHEMA */
	CHANNELS
};

struct hearing {
	enum channel	 channel;
	enum verdict	 said;
	bool		 failed;	/* the run failed */
	bool		 exited;	/* CHANNEL_EXIT: it was not killed */
	bool		 contradicted;	/* a different verdict was given as well */
	bool		 beside;	/* a message bypassed the channel */
};

/* VERDICT_NONE: there is no verdict.  *how says why, or where the verdict came from, in a few words. */
enum verdict verdict_of(const struct hearing *, const char **how);

/* The final result of a client that gets a schema for it. */
struct ruling {
	enum verdict	 verdict;
	char		*reason;	/* findings; NULL = none */
	char		*question;	/* a question to a person, instead of a verdict */
	struct strings	 options;	/* ... and its options, if any */
	bool		 contradicted;	/* two results disagree */
};
#define RULING_SCHEMA "{\"type\":\"object\",\"properties\":{" \
	"\"verdict\":{\"enum\":[\"approved\",\"rejected\",\"question\"]}," \
	"\"reason\":{\"type\":\"string\"},\"question\":{\"type\":\"string\"}," \
	"\"options\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}}}," \
	"\"required\":[\"verdict\"],\"additionalProperties\":false}"
/* Takes in a result; an invalid one leaves no verdict and no question. */
void ruling_take(struct ruling *, const struct json *);
void ruling_release(struct ruling *);

#endif
