/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WORKER_MESSAGES_H
#define WORKER_MESSAGES_H

/*
 * Messages to the implementer (proto/record/tell.h) are part of its next prompt.  If messages wait when a turn ends,
 * another turn of the same conversation follows.  A message is given before the agent starts, and delivered when its
 * turn has ended.  After a crash in between, it is given again, and the log says so.
 */

#include <stdbool.h>

struct agent_run;
struct worker;

/* Do messages wait for the implementer? */
bool messages_wait(struct worker *);
/* The prompt of a run, with the messages that wait; malloced.  A new conversation of the implementer also gets a person's
 * remarks so far.  NULL: the disk failed. */
char *messages_prompt(struct worker *, const struct agent_run *, const char *prompt);
/* Marks the messages of a turn that has ended as delivered.  0, or -1: the disk failed. */
int messages_delivered(struct worker *);
/* For an adapter that tells.  Before the adapter reads a line: sets the words of the run to the messages that wait.
 * After it, before anything is sent: records what the adapter did with them.  When the run is over: takes back the
 * messages that were not delivered. */
void messages_offer(struct worker *, struct agent_run *);
void messages_pass(struct worker *, struct agent_run *);
void messages_over(struct worker *, struct agent_run *);
/* Adds newly delivered messages to the remarks, which judges read; also at a start after a crash. */
int messages_remark(struct worker *);

#endif
