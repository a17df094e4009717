/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PROTO_LIMITS_H
#define PROTO_LIMITS_H

/*
 * How long and how dear a session may become: "limits" of the settings, and of an
 * item, which may name some of them.  Times are milliseconds here and seconds, also
 * broken ones, in files; 0 is no limit.
 */

#include <stdint.h>

#include "proto/base/strings.h"


struct session_limits {
	int64_t	 time;		/* of agents at work, over the session; default 1800 s */
	int64_t	 stall;		/* without output and change; default 600 s */
	int64_t	 recoveries;	/* from that, over the session; default 3 */
	int64_t	 grace;		/* for an agent that is to stop at a limit; default 300 s */
	int64_t	 stale;		/* without any activity; default 3600 s */
	int64_t	 tokens;	/* in and out; no default */
	int64_t	 cost_microusd;	/* cost_usd in files; no default */
};

struct json;
struct keys;

/* Those of the settings. */
void limits_default(struct session_limits *);
/* Sets what the object v names (settings_keys.h). 0 or -1 with the error told. */
int limits_apply(struct keys *, const char *path, const struct json *v, struct session_limits *);
/* The same as a setter of a key: the limits are at its offset. */
struct key;
int key_limits(struct keys *, const char *path, const struct json *v, void *base,
    const struct key *);
/* The built-in context_phrases. */
void limits_phrases(struct strings *);
struct json *limits_json(const struct session_limits *);

/* Those of an item: 0 is as the settings say, LIMIT_NONE is none. */
#define LIMIT_NONE	(-1)
int limits_item_apply(struct keys *, const char *path, const struct json *v, struct session_limits *);
struct json *limits_item_json(const struct session_limits *);	/* NULL when it has none */
/* What the item says replaces what *l has. */
void limits_over(struct session_limits *l, const struct session_limits *item);

#endif
