/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WORKER_CLAUDE_WORDS_H
#define WORKER_CLAUDE_WORDS_H

/*
 * The standard input of claude: the prompt, then messages of a person while it works.  The client reads a message
 * when the running tool has ended, or begins another turn with it.  Its command_lifecycle events say which.  A
 * client that reports none for the prompt gets no message, since its delivery would be unknown.
 */

struct agent_run;
struct json;

/* Sends the prompt. */
void claude_words_begin(struct agent_run *);
/* Sends the words of the run, if the client can accept them. */
void claude_words_send(struct agent_run *);
/* Takes a command_lifecycle event. */
void claude_words_state(struct agent_run *, const struct json *event);
/* Takes the final words of a turn. */
void claude_words_result(struct agent_run *, const char *);
/* After each line: closes the input when the last turn has a result and no message waits in the client. */
void claude_words_end(struct agent_run *);

#endif
