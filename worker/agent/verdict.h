/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WORKER_VERDICT_H
#define WORKER_VERDICT_H

/*
 * What the run of a judge comes to.  verdict_of is pure: what was heard -> the verdict, by a
 * table that tests/unit/worker/agent/test_verdict.c walks.  A judge that could not speak has no verdict, and
 * is asked again; what does not agree is a rejection.
 */

#include <stdbool.h>
#include <stddef.h>

#include "proto/base/strings.h"
#include "proto/session/status.h"

struct json;

/* Runs of a judge for one verdict; questions that one conversation may ask a person. */
#define VERDICT_TRIES		3
#define VERDICT_QUESTIONS	5

enum channel {
	CHANNEL_MESSAGE,	/* worker verdict; the run has to succeed, too */
	CHANNEL_EXIT,		/* the exit status; worker verdict has to agree, if it is used */
	CHANNEL_RESULT,		/* the client's final result, in the form of RULING_SCHEMA */
	CHANNELS
};

struct hearing {
	enum channel	 channel;
	enum verdict	 said;
	bool		 failed;	/* the run did not succeed */
	bool		 exited;	/* CHANNEL_EXIT: it was not killed */
	bool		 contradicted;	/* another verdict was given as well */
	bool		 beside;	/* something went around the channel */
};

/* VERDICT_NONE: none was given.  *how says why, or where it came from, in a few words. */
enum verdict verdict_of(const struct hearing *, const char **how);

/* The final result of a client that is given a schema for it. */
struct ruling {
	enum verdict	 verdict;
	char		*reason;	/* findings; NULL = none */
	char		*question;	/* to a person, instead of a verdict */
	struct strings	 options;	/* ... which may have some */
	bool		 contradicted;	/* two results do not agree */
};
#define RULING_SCHEMA "{\"type\":\"object\",\"properties\":{" \
	"\"verdict\":{\"enum\":[\"approved\",\"rejected\",\"question\"]}," \
	"\"reason\":{\"type\":\"string\"},\"question\":{\"type\":\"string\"}," \
	"\"options\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}}}," \
	"\"required\":[\"verdict\"],\"additionalProperties\":false}"
/* Takes a result in; one that does not fit leaves no verdict and no question. */
void ruling_take(struct ruling *, const struct json *);
void ruling_release(struct ruling *);

#endif
