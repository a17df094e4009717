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
	char		 name[SESSION_ID_MAX];	/* typed by a person: the item, or the question's id if the item has several */
	char		 question[SESSION_ID_MAX];	/* "" = the agent is blocked */
};
struct live {
	struct loop	*loop;
	struct watch_timer later, minute;
	int64_t		 drawn;		/* ns of CLOCK_MONOTONIC */
	bool		 changed, reading;	/* must it be drawn? are keys read? */
	int64_t		 cost;		/* of removed sessions, millionths of a dollar */
	int		 messages[2];	/* of children, a line each; -1 = there is no pipe */
	struct text	 rest;		/* ... a part of a line */
	struct jobs	 jobs;		/* orchestrator answer */
	char		*program;
	struct typed	 typed;
	struct asked	*asked, *seen;	/* the open questions, and those when the line was begun */
	size_t		 nasked, nseen;
	bool		 prompts;	/* has the terminal room for a prompt? */
};

/* Appends all lines of the block. */
void live_frame(struct live *, struct text *);
/* Finds the open questions, and appends their lines. */
void live_questions(struct live *, struct text *);
/* Appends the prompt, with the typed text. */
void live_prompt(const struct live *, struct text *);
/* Notes the open questions, when a line is begun: it can answer only these. */
void live_begun(struct live *);
/* Handles a typed line. */
void live_answer(struct live *);
/* The question that a line answers, and the answer in it; NULL: the line does not say which of several.  A name is looked
 * for only if there are several. */
const struct asked *live_meant(const struct asked *, size_t n, const char *line, const char **answer);	/* pure */
/* Is the question one of these? */
bool live_among(const struct asked *, size_t n, const struct asked *one);	/* pure */

#endif
