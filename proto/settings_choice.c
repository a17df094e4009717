/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <string.h>

#include "proto/json.h"
#include "proto/settings.h"
#include "proto/settings_keys.h"

int
key_review(struct keys *k, const char *path, const struct json *v, void *base,
    const struct key *key)
{
	enum review_mode *mode = (enum review_mode *)(void *)((char *)base + key->offset);
	const char *s = json_string(v);

	if (s == NULL || (strcmp(s, "council") != 0 && strcmp(s, "gates") != 0))
		return (keys_fail(k, path, "\"council\" or \"gates\""));
	*mode = s[0] == 'c' ? REVIEW_COUNCIL : REVIEW_GATES;
	return (0);
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

int
key_ambiguous(struct keys *k, const char *path, const struct json *v, void *base,
    const struct key *key)
{
	bool *trust = (bool *)(void *)((char *)base + key->offset);
	const char *s = json_string(v);

	if (s == NULL || (strcmp(s, "sequential") != 0 && strcmp(s, "parallel") != 0))
		return (keys_fail(k, path, "\"sequential\" or \"parallel\""));
	*trust = s[0] == 'p';
	return (0);
}

int
key_on_conflict(struct keys *k, const char *path, const struct json *v, void *base,
    const struct key *key)
{
	enum conflict_mode *mode = (enum conflict_mode *)(void *)((char *)base + key->offset);
	int i = conflict_mode_parse(json_string(v));

	if (i == -1)
		return (keys_fail(k, path, "\"fail\", \"retry\" or \"resolve\""));
	*mode = (enum conflict_mode)i;
	return (0);
}
