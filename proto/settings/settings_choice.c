/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <string.h>

#include "proto/base/array.h"
#include "proto/base/text.h"
#include "proto/json/json.h"
#include "proto/settings/settings.h"
#include "proto/settings/settings_keys.h"

const char *const review_modes[] = {
	[REVIEW_COUNCIL] = "council", [REVIEW_GATES] = "gates", [REVIEW_NONE] = "none",
	[REVIEW_MODES] = NULL,
};
ARRAY_WHOLE(review_modes, REVIEW_MODES + 1);

const char *const verdict_sources[] = {
	[VERDICT_BY_MESSAGE] = "message", [VERDICT_BY_EXIT] = "exit-status", [VERDICT_SOURCES] = NULL,
};
ARRAY_WHOLE(verdict_sources, VERDICT_SOURCES + 1);

const char *const ambiguous_names[] = {
	[AMBIGUOUS_PARALLEL] = "parallel", [AMBIGUOUS_SEQUENTIAL] = "sequential", [AMBIGUOUS_ASK] = "ask",
	[AMBIGUOUS_COUNT] = NULL,
};
ARRAY_WHOLE(ambiguous_names, AMBIGUOUS_COUNT + 1);

const char *const windows_names[] = { [WINDOWS_NONE] = "none", [WINDOWS_TMUX] = "tmux", [WINDOWS_COUNT] = NULL };
ARRAY_WHOLE(windows_names, WINDOWS_COUNT + 1);

const char *const conflict_modes[] = {
	[CONFLICT_RESOLVE] = "resolve", [CONFLICT_RETRY] = "retry", [CONFLICT_FAIL] = "fail",
	[CONFLICT_MODES] = NULL,
};
ARRAY_WHOLE(conflict_modes, CONFLICT_MODES + 1);

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
settings_person_reviews(const struct settings *s)
{
	return (s->review == REVIEW_COUNCIL && s->role[ROLE_REVIEWER] != NULL &&
	    strcmp(s->role[ROLE_REVIEWER], SETTINGS_PERSON) == 0);
}

bool
settings_person(const struct settings *s)
{
	return (s->by_person || settings_person_reviews(s));
}

bool
settings_judged(const struct settings *s)
{
	return (s->review != REVIEW_GATES || s->ngates > 0 || s->by_person);
}

int
key_choice(struct keys *k, const char *path, const struct json *v, void *base,
    const struct key *key)
{
	struct text expected = { 0 };
	unsigned n = 0;
	int i;

	while (key->names[n] != NULL)
		n++;
	if ((i = name_index(key->names, n, json_string(v))) != -1) {
		*(unsigned *)(void *)((char *)base + key->offset) = (unsigned)i;
		return (0);
	}
	for (unsigned at = 0; at < n; at++)
		text_printf(&expected, "%s\"%s\"", at == 0 ? "" : at == n - 1 ? " or " : ", ", key->names[at]);
	keys_fail(k, path, expected.buf);
	text_free(&expected);
	return (-1);
}

void
put_choice(struct json *o, const void *base, const struct key *key)
{
	json_put_str(o, key->name, key->names[*(const unsigned *)key_at(base, key)]);
}
