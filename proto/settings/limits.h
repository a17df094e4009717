/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PROTO_LIMITS_H
#define PROTO_LIMITS_H

/*
 * Limits on the time, cost and files of a session: "limits" in the settings and, in part,
 * in an item.  Times are milliseconds here, and seconds, possibly with fractions,
 * in files; 0 is no limit.
 */

#include <stdint.h>

#include "proto/base/strings.h"


struct session_limits {
	int64_t	 time;		/* working time of agents over the session; default 1800 s */
	int64_t	 stall;		/* time without output or change; default 600 s */
	int64_t	 tool;		/* ... while a tool call has no result; default 3600 s */
	int64_t	 recoveries;	/* recoveries from stalls over the session; default 3 */
	int64_t	 grace;		/* time for an agent to stop at a limit; default 300 s */
	int64_t	 stale;		/* time without any activity; default 3600 s */
	int64_t	 tokens;	/* tokens in and out; no default */
	int64_t	 cost_microusd;	/* cost_usd in files; no default */
	int64_t	 questions;	/* questions of a session's agents to people; default 20 */
	int64_t	 file_mb;	/* size of a file that is committed; default 10 */
};

struct json;
struct keys;

/* Sets the defaults of the settings. */
void limits_default(struct session_limits *);
/* Sets the limits named in the object v (settings_keys.h).  0, or -1 with the error recorded. */
int limits_apply(struct keys *, const char *path, const struct json *v, struct session_limits *);
/* The built-in context_phrases and limit_phrases. */
void limits_phrases(struct strings *context, struct strings *limit);

/* Limits of an item: 0 means as in the settings, LIMIT_NONE means no limit. */
#define LIMIT_NONE	(-1)
int limits_item_apply(struct keys *, const char *path, const struct json *v, struct session_limits *);
struct json *limits_item_json(const struct session_limits *);	/* NULL when the item has none */
/* Overrides *l with the limits of the item. */
void limits_over(struct session_limits *l, const struct session_limits *item);

#endif
