/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WORKER_ACP_WORDS_H
#define WORKER_ACP_WORDS_H

/*
 * Messages of a person during a turn.  A second prompt would end the running tool in some clients.  Instead claude
 * accepts _session/steering, and qwen asks for messages after each tool.
 */

#include <stdbool.h>

struct agent_run;
struct json;

struct acp_words {		/* zeroed */
	bool	steers;		/* the client accepts messages during a turn (acp_steers) */
	bool	drained;	/* the client has asked for the words and got them */
};

#define ACP_DRAIN	"craft/drainMidTurnQueue"

/* The result of ACP_DRAIN. */
struct json *acp_words_drain(struct acp_words *, struct agent_run *);
/* Sends the words if the update says that a tool has ended: the client would move a running tool to the background. */
void acp_words_steer(const struct acp_words *, struct agent_run *, const struct json *update);
/* Takes the response to acp_words_steer; result is NULL for an error. */
void acp_words_taken(struct acp_words *, struct agent_run *, const struct json *result);

#endif
