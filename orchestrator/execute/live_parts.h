/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_LIVE_PARTS_H
#define ORCHESTRATOR_LIVE_PARTS_H

/* The parts of live.h. */

#include "orchestrator/execute/job.h"
#include "orchestrator/execute/live.h"
#include "orchestrator/execute/loop.h"
#include "orchestrator/view/typed.h"

/* An open question that can be answered. */
struct asked {
	char		 session[SESSION_ID_MAX];
	char		 name[SESSION_ID_MAX];	/* how a person means it: the item, or the question's id if the item has several */
	char		 question[SESSION_ID_MAX];	/* "" = the agent is blocked */
};
struct live {
	struct loop	*loop;
	struct watch_timer later, minute;
	int64_t		 drawn;		/* ns of CLOCK_MONOTONIC */
	bool		 changed, reading;	/* must it be drawn? are keys read? */
	int64_t		 cost;		/* of sessions that are forgotten, millionths of a dollar */
	int		 messages[2];	/* of children, a line each; -1 = there is no pipe */
	struct jobs	 jobs;		/* orchestrator answer */
	char		*program;
	struct typed	 typed;
	struct asked	*asked;
	size_t		 nasked;
	struct asked	 meant;		/* the only question when typing began; no session: there were several */
};

/* Appends all lines that the block has. */
void live_frame(struct live *, struct text *);
/* Finds the open questions, and appends their lines. */
void live_questions(struct live *, struct text *);
/* Appends the line in which is typed. */
void live_prompt(const struct live *, struct text *);
/* A line was typed. */
void live_answer(struct live *);
/* Which question a line answers, and the rest of it, the answer; NULL: none of several. */
const struct asked *live_meant(const struct asked *, size_t n, const char *line, const char **answer);	/* pure */

#endif
