/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stddef.h>
#include <stdint.h>

#include "proto/json/json.h"
#include "proto/settings/limits.h"
#include "proto/settings/settings_keys.h"

#define SECOND		INT64_C(1000)
#define YEAR		(366 * 86400 * SECOND)
#define MAX_TOKENS	INT64_C(1000000000000000)
#define MICRO		INT64_C(1000000)
#define MAX_USD		(1000000 * MICRO)

#define AT(member)	offsetof(struct session_limits, member)

/* min is the unit in the file: 1000 for a second; 1 requires a whole number. */
const struct key limit_keys[] = {
	{ KEY("time", scaled), AT(time), SECOND, YEAR },
	{ KEY("stall", scaled), AT(stall), SECOND, YEAR },
	{ KEY("tool", scaled), AT(tool), SECOND, YEAR },
	{ KEY("recoveries", int), AT(recoveries), 0, 100 },
	{ KEY("grace", scaled), AT(grace), SECOND, YEAR },
	{ KEY("stale", scaled), AT(stale), SECOND, YEAR },
	{ KEY("tokens", int), AT(tokens), 0, MAX_TOKENS },
	{ KEY("cost_usd", scaled), AT(cost_microusd), MICRO, MAX_USD },
	{ KEY("questions", int), AT(questions), 0, 100000 },
	{ KEY("file_mb", int), AT(file_mb), 0, 1 << 20 },
	{ .name = NULL }
};

static int64_t *
value(const struct session_limits *l, const struct key *key)
{
	return (int64_t *)(uintptr_t)((const char *)l + key->offset);
}

void
limits_default(struct session_limits *l)
{
	*l = (struct session_limits){ .time = 1800 * SECOND, .stall = 600 * SECOND, .tool = 3600 * SECOND, .recoveries = 3,
		.grace = 300 * SECOND, .stale = 3600 * SECOND, .questions = 20,
		.file_mb = 10 };
}

int
limits_apply(struct keys *k, const char *path, const struct json *v, struct session_limits *l)
{
	return keys_apply(k, path, v, l, limit_keys);
}

void
limits_phrases(struct strings *context, struct strings *limit)
{
	static const char *const full[] = { "context window exceeded", "conversation compacted",
		"maximum context", "context limit reached", "conversation is too long",
		"prompt is too long", "exceeds the context window" };
	static const char *const later[] = { "usage limit", "rate limit", "rate_limit", "too many requests",
		"quota exceeded" };

	for (size_t i = 0; i < sizeof(full) / sizeof(full[0]); i++)
		strings_add(context, full[i]);
	for (size_t i = 0; i < sizeof(later) / sizeof(later[0]); i++)
		strings_add(limit, later[i]);
}

/* In a file 0 is no limit; in an item 0 is "not given", and LIMIT_NONE is no limit. */
static void
turn(struct session_limits *l)
{
	for (const struct key *key = limit_keys; key->name != NULL; key++) {
		int64_t *n = value(l, key);

		*n = *n == 0 ? LIMIT_NONE : *n == LIMIT_NONE ? 0 : *n;
	}
}

int
limits_item_apply(struct keys *k, const char *path, const struct json *v, struct session_limits *l)
{
	int rv;

	turn(l);
	rv = limits_apply(k, path, v, l);
	turn(l);
	return rv;
}

struct json *
limits_item_json(const struct session_limits *l)
{
	struct session_limits in_file = *l;
	struct json *o = NULL;

	turn(&in_file);
	for (const struct key *key = limit_keys; key->name != NULL; key++) {
		if (*value(l, key) == 0)
			continue;
		if (o == NULL)
			o = json_new_object();
		key->put(o, &in_file, key);
	}
	return o;
}

void
limits_over(struct session_limits *l, const struct session_limits *item)
{
	for (const struct key *key = limit_keys; key->name != NULL; key++) {
		int64_t n = *value(item, key);

		if (n != 0)
			*value(l, key) = n == LIMIT_NONE ? 0 : n;
	}
}
