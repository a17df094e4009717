/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WORKER_OPENCODE_WORDS_H
#define WORKER_OPENCODE_WORDS_H

/*
 * A person's messages to opencode during its turn: a plugin of ours within the client reads them from a file of the
 * session, when a tool has ended, and says so in a line of the client's output.  Runs can't write the file, nor the
 * plugin.
 */

#define OPENCODE_TOLD	"told"	/* type of that line */

struct agent_run;
struct json;
struct strings;

/* Writes the plugin, and sets the adapter's own state; env is the client's.  Returns the plugin's path; NULL: the run has no plugin, and
 * messages come with the next prompt. */
const char *opencode_words_begin(struct agent_run *, const struct strings *env);
void opencode_words_send(struct agent_run *);
void opencode_words_told(struct agent_run *, const struct json *event);

#endif
