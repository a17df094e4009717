/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PROTO_REVIEW_H
#define PROTO_REVIEW_H

/* review.json: opinions, findings, rounds, the results of the gates, the verdict and the commit that was judged. */

#include <stdint.h>

#include "proto/base/id.h"
#include "proto/base/strings.h"
#include "proto/session/role.h"
#include "proto/session/status.h"

#define REVIEW_MAX_OPINIONS	256
#define REVIEW_MAX_GATES	64
#define GATE_ROUNDS		2	/* the last rounds whose results of gates are kept */
#define REVIEW_MAX_FLAGGED	1000	/* entries, each of at most REVIEW_MAX_COMMAND bytes */
#define REVIEW_MAX_NAME		256	/* bytes of a gate's name */
#define REVIEW_MAX_COMMAND	4096
#define BY_PERSON		"a person"	/* how a person's opinion was given */

struct opinion {
	enum role	 role;
	char		 run[16];
	int64_t		 round;
	enum verdict	 verdict;
	char		 commit[OID_MAX];
	char		*findings;	/* may be NULL */
	char		 how[64];	/* "worker verdict", "exit status", "none given", ... */
	int64_t		 at;
};

struct gate_result {
	char		*name;
	char		*command;
	char		 commit[OID_MAX];
	int64_t		 round;
	bool		 passed;
	int64_t		 exit_status;	/* -1: see outcome */
	char		 outcome[64];	/* "passed", "exit status 2", "timed out after 60 s", "changed the worktree" */
	int64_t		 duration_ms;
	char		*output;	/* its last SESSION_MAX_EVIDENCE bytes */
	int64_t		 at;
};

struct review {
	char		 session[SESSION_ID_MAX];
	char		 item[SESSION_ID_MAX];
	char		 mode[16];	/* council, gates or none */
	char		 base[OID_MAX];
	char		 commit[OID_MAX];	/* the judged commit; "" while there is none */
	enum verdict	 verdict;		/* none until the council decides */
	char		 decided_by[16];	/* reviewer, tech-lead, gates, rounds, nobody */
	char		*findings;		/* findings of the last rejection */
	struct strings	 flagged;		/* "PATH: why": findings of the audit */
	int64_t		 rounds;
	int64_t		 decided_at;
	struct opinion	*opinions;
	size_t		 nopinions;
	struct gate_result *gates;	/* results of the last GATE_ROUNDS, at most REVIEW_MAX_GATES */
	size_t		 ngates;
	struct json	*raw;
};
/* member.h */
extern const struct record review_record;
extern const struct member *const review_opinions, *const review_gates;
int review_parse(struct review *, const char *, size_t, char *err, size_t errlen);
char *review_text(const struct review *, size_t *len);
void review_release(struct review *);
int review_load(int sessionfd, struct review *, char *err, size_t errlen);	/* absent = empty */
int review_save(int sessionfd, const struct review *);				/* durable */
struct opinion *review_add_opinion(struct review *);	/* appends a zeroed opinion; valid until the next call */
struct gate_result *review_add_gate(struct review *);
/* A gate result as JSON, and the reverse, for worker gates (orchestrator-worker(1)). */
struct json *gate_result_json(const struct gate_result *);
int gate_result_parse(struct gate_result *, const struct json *, char *err, size_t errlen);
void gate_result_release(struct gate_result *);

#endif
