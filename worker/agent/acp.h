/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WORKER_ACP_H
#define WORKER_ACP_H

/*
 * What the messages of the Agent Client Protocol mean, and how they look to people.  Everything here is pure;
 * clients differ, and unknown or missing members mean nothing.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/base/text.h"

struct json;
struct strings;

#define ACP_SHOWN_PLAIN	2000		/* bytes shown of a line that is no message */
#define ACP_ALLOW_ALL	"allow_all"	/* mode of a client that has it as an option */

/*
 * Messages to the client, appended to out.  Each call has a fixed id, by which its response is known; a session is
 * the client's id of a conversation.
 */
enum { ACP_INITIALIZE = 1, ACP_SESSION, ACP_MODE, ACP_PROMPT, ACP_STEER };
void acp_initialize(struct text *out);
/* method: session/new, with session NULL, session/load or session/resume; takes ownership of the list of servers. */
void acp_session(struct text *out, const char *method, const char *dir, const char *session, struct json *servers);
void acp_set_mode(struct text *out, const char *session, const char *mode);
void acp_prompt(struct text *out, const char *session, const char *text);
/* A message during a turn, for a client that accepts it (acp_steers). */
void acp_steer(struct text *out, const char *session, const char *text);
void acp_cancel(struct text *out, const char *session);
/* Adds a list with one part, the text. */
void acp_put_text(struct json *params, const char *key, const char *text);

/* The text of an error in one line, after what failed ("" = nothing). */
void acp_error_text(const struct json *error, const char *what, char *text, size_t len);
/* Is it that the account is at its limit? */
bool acp_error_limit(const struct json *error);
/* The permission mode to set, by the result of a call that begins a session: the wanted one (NULL = one in which
 * nobody is asked).  NULL = the client offers none of these. */
const char *acp_mode(const struct json *result, const char *wanted);
/* Does the result of initialize say that the client accepts messages during a turn? */
bool acp_steers(const struct json *result);
/* Tokens of a turn or of a response of the model. */
void acp_usage(const struct json *, int64_t *in, int64_t *out);
/* Is a request a question to a person, even in the form of a request for permission? */
bool acp_asks(const char *method, const struct json *params);
/* Its text and options; malloced. */
void acp_question(const struct json *params, char **text, struct strings *options);
/* The reply to a request for permission: the option that allows this one call; NULL or none = cancelled. */
struct json *acp_permit(const struct json *options);

struct acp_shown {
	size_t	shown;		/* bytes of the agent's message that were shown */
	size_t	last;		/* where its last piece begins */
	bool	over;		/* the message has ended: the next words are another one */
	char	call[128];	/* the last call that was shown */
	int64_t	context;	/* the largest size of the context since a tool ended */
};
struct agent_run;
/* Adds the tokens of a turn or of a response to those of the run. */
void acp_tokens(struct agent_run *, const struct json *);
/* Estimates the tokens of a response from the context's size, which a client may report at its beginning and end. */
void acp_context(struct agent_run *, struct acp_shown *, int64_t size);
/* Counts the running tools; with none left, the run is at a safe point. */
void acp_call(struct agent_run *, struct acp_shown *, const struct json *update);
/* Shows an update; message collects the agent's last message. */
void acp_show(struct acp_shown *, const struct json *update, struct text *message, struct text *out);
void acp_show_rest(struct acp_shown *, const struct text *message, struct text *out);

#endif
