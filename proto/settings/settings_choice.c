/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <string.h>

#include "proto/base/array.h"
#include "proto/json/json.h"
#include "proto/settings/settings.h"
#include "proto/settings/settings_keys.h"

const char *const review_modes[] = {
	[REVIEW_COUNCIL] = "council", [REVIEW_GATES] = "gates", [REVIEW_NONE] = "none",
	[REVIEW_MODES] = NULL,
};
ARRAY_WHOLE(review_modes, REVIEW_MODES + 1);

const char *
review_mode_name(enum review_mode mode)
{
	return (mode < REVIEW_MODES ? review_modes[mode] : "?");
}

int
review_mode_parse(const char *name)
{
	return (name_index(review_modes, REVIEW_MODES, name));
}

size_t
settings_ngates(const struct settings *s)
{
	return (s->review == REVIEW_NONE ? 0 : s->ngates);
}

bool
settings_judged(const struct settings *s)
{
	return (s->review != REVIEW_GATES || s->ngates > 0);
}

int
key_review(struct keys *k, const char *path, const struct json *v, void *base,
    const struct key *key)
{
	enum review_mode *mode = (enum review_mode *)(void *)((char *)base + key->offset);
	int i = review_mode_parse(json_string(v));

	if (i == -1)
		return (keys_fail(k, path, "\"council\", \"gates\" or \"none\""));
	*mode = (enum review_mode)i;
	return (0);
}

void
put_review(struct json *o, const void *base, const struct key *key)
{
	json_put_str(o, key->name, review_mode_name(*(const enum review_mode *)key_at(base, key)));
}

int
key_verdict(struct keys *k, const char *path, const struct json *v, void *base,
    const struct key *key)
{
	enum verdict_source *how = (enum verdict_source *)(void *)((char *)base + key->offset);
	const char *s = json_string(v);

	if (s == NULL || (strcmp(s, "message") != 0 && strcmp(s, "exit-status") != 0))
		return (keys_fail(k, path, "\"message\" or \"exit-status\""));
	*how = s[0] == 'm' ? VERDICT_BY_MESSAGE : VERDICT_BY_EXIT;
	return (0);
}

void
put_verdict(struct json *o, const void *base, const struct key *key)
{
	json_put_str(o, key->name, *(const enum verdict_source *)key_at(base, key) == VERDICT_BY_EXIT ? "exit-status" : "message");
}

const char *
ambiguous_name(enum ambiguous a)
{
	static const char *const names[] = {
		[AMBIGUOUS_SEQUENTIAL] = "sequential",
		[AMBIGUOUS_PARALLEL] = "parallel",
		[AMBIGUOUS_ASK] = "ask",
	};
	ARRAY_WHOLE(names, AMBIGUOUS_COUNT);

	return (names[a]);
}

int
key_ambiguous(struct keys *k, const char *path, const struct json *v, void *base,
    const struct key *key)
{
	enum ambiguous *to = (enum ambiguous *)(void *)((char *)base + key->offset);
	const char *s = json_string(v);

	for (*to = 0; s != NULL && *to < AMBIGUOUS_COUNT; ++*to)
		if (strcmp(s, ambiguous_name(*to)) == 0)
			return (0);
	*to = AMBIGUOUS_PARALLEL;
	return (keys_fail(k, path, "\"parallel\", \"sequential\" or \"ask\""));
}

void
put_ambiguous(struct json *o, const void *base, const struct key *key)
{
	json_put_str(o, key->name, ambiguous_name(*(const enum ambiguous *)key_at(base, key)));
}

int
key_on_conflict(struct keys *k, const char *path, const struct json *v, void *base,
    const struct key *key)
{
	enum conflict_mode *mode = (enum conflict_mode *)(void *)((char *)base + key->offset);
	int i = conflict_mode_parse(json_string(v));

	if (i == -1)
		return (keys_fail(k, path, "\"resolve\", \"retry\" or \"fail\""));
	*mode = (enum conflict_mode)i;
	return (0);
}

void
put_on_conflict(struct json *o, const void *base, const struct key *key)
{
	json_put_str(o, key->name, conflict_mode_name(*(const enum conflict_mode *)key_at(base, key)));
}

static const char *const conflict_modes[] = {
	[CONFLICT_FAIL] = "fail", [CONFLICT_RETRY] = "retry", [CONFLICT_RESOLVE] = "resolve",
};
ARRAY_WHOLE(conflict_modes, CONFLICT_MODES);

const char *
conflict_mode_name(enum conflict_mode mode)
{
	return (mode < CONFLICT_MODES ? conflict_modes[mode] : "?");
}

int
conflict_mode_parse(const char *name)
{
	return (name_index(conflict_modes, CONFLICT_MODES, name));
}
