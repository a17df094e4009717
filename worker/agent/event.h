/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WORKER_EVENT_H
#define WORKER_EVENT_H

/*
 * The streams of clients, one JSON object a line: parsing a line, showing people what happened, and what
 * every adapter concludes alike from lines that are no events, errors and the end.
 */

#include <stdbool.h>
#include <stddef.h>

struct agent_run;
struct json;
struct strings;
struct text;

#define EVENT_LINES	4	/* lines shown of a tool's output */

/* The event in a line; NULL if there is none. */
struct json *event_parse(const char *, size_t);

/* The beginning of a text, after what it is, cut between characters; later lines are indented. */
void event_show(struct text *out, const char *what, const char *text, int lines);
/* A tool's call in one line: the most telling part of its input, which may be NULL. */
void event_call(struct text *out, const char *name, const struct json *input);
void event_output(struct text *out, bool failed, const char *);

/* Shows words that come in pieces: of the message after its first *shown bytes the whole lines, or all. */
void event_words(const struct text *message, size_t *shown, bool all, struct text *out);

/* Adds an option and its value, unless that is NULL. */
void event_option(struct strings *argv, const char *name, const char *value);
/* Adds arguments to a command; a command line for sh(1) passes them to its last command. */
void event_arguments(struct strings *argv, const struct strings *);
/* Sets a variable of the client, unless the settings or the user set it. */
void event_env(struct strings *env, const char *name, const char *value);
/* Standard error, or a line that is not an event; before the end it may be the reason of a failure.  lost: what
 * the client says when the conversation to resume does not exist. */
void event_plain(struct agent_run *, const char *line, size_t len, const char *lost, struct text *out);
/* Takes the name of the model, which may be NULL, if it is one word of printable characters. */
void event_model(struct agent_run *, const char *);
/* Counts n calls of tools, or -n results if n < 0. */
void event_calls(struct agent_run *, int n);
/* The client's final words: replaces the result. */
void event_result(struct agent_run *, const char *);
/* The run ended well, with the tokens and cost of the run. */
void event_done(struct agent_run *, struct text *out);
/* The run failed, and why: a sentence, or the JSON of an API's error. */
void event_failed(struct agent_run *, const char *why, struct text *out);
/* For finish(): a run whose stream did not end, or whose client was killed, failed. */
void event_finish(struct agent_run *, int status);

#endif
