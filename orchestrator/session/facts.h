/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_FACTS_H
#define ORCHESTRATOR_FACTS_H

/*
 * All that a view of a session shows, read once from its directory and from git; nothing is changed.
 * What can't be read is empty, and problems says why.
 */

#include "orchestrator/session/next.h"
#include "orchestrator/session/registry.h"
#include "proto/git/git.h"
#include "proto/record/config.h"
#include "proto/record/item.h"
#include "proto/record/question.h"
#include "proto/record/review.h"

struct facts {
	const struct entry *e;		/* of the caller */
	const char	*name;		/* what commands call it: its item, or the id of a former attempt */
	struct item	 item;
	struct config	 config;	/* zero without a config.json */
	char		*target;	/* branch; NULL = unknown */
	char		*summary;	/* NULL = none */
	char		 base[OID_MAX];	/* where the change begins (work.h) */
	bool		 worktree;	/* the change includes what is in the worktree now */
	struct git_size	*files;		/* the change */
	size_t		 nfiles;
	int64_t		 added, removed;	/* lines of all files */
	char		*surplus;	/* what the worktree holds beyond the judged commit, in words; NULL = nothing */
	char		 salvage[160];	/* reference of saved work, "" = none */
	struct questions questions;
	struct review	 review;	/* session is "" without a review */
	char		 later[SESSION_ID_MAX];	/* a later attempt at the item of unmerged work; "" = none */
	enum next	 next;		/* of the later attempt, if there is one */
	struct strings	 problems;
};

void facts_read(struct orch *, const struct entry *, struct facts *);
/* Reads the records alone: item, config, summary, questions and review. */
void facts_records(const struct entry *, struct facts *);
/* "approved by reviewer (claude)": the verdict and who decided, with the agent of that role; malloced. */
char *facts_verdict(const struct facts *);
/* The agent of the role of this name; NULL = none. */
const char *facts_agent(const struct facts *, const char *role);
/* The agents by role; null = no agent. */
struct json *facts_agents_json(const struct facts *);
void facts_release(struct facts *);

#endif
