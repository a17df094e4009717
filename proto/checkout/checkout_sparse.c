/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "proto/base/text.h"
#include "proto/checkout/checkout.h"

/* The directory that a pattern "/DIR" and end names; NULL for any other pattern. */
static char *
directory_of(const char *line, size_t len, const char *end)
{
	size_t tail = strlen(end);
	struct text t = { 0 };

	if (len <= tail || line[0] != '/' || memcmp(line + len - tail, end, tail) != 0)
		return NULL;
	for (size_t i = 1; i < len - tail; i++) {
		if (line[i] == '\\' && i + 1 < len - tail)
			i++;
		else if (strchr("*?[\\", line[i]) != NULL) {
			text_free(&t);
			return NULL;
		}
		text_add(&t, line + i, 1);
	}
	if (t.len > 0)
		return t.buf;
	text_free(&t);
	return NULL;
}

/* Is path in the directory, and where it is not a mere parent of others also anywhere below it? */
static bool
holds(const char *dir, bool parent, const char *path)
{
	size_t len = strlen(dir);

	return strncmp(path, dir, len) == 0 && path[len] == '/' && (!parent || strchr(path + len + 1, '/') == NULL);
}

enum cone
checkout_cone(const char *patterns, const char *path)
{
	static const char head[] = "/*\n!/*/\n";
	char *dir = NULL, *but;
	bool in = strchr(path, '/') == NULL, sound = strncmp(patterns, head, sizeof(head) - 1) == 0;
	size_t len;

	for (const char *p = sound ? patterns + sizeof(head) - 1 : ""; sound && *p != '\0'; p += len + (p[len] == '\n')) {
		len = strcspn(p, "\n");
		if (*p == '!') {
			but = directory_of(p + 1, len - 1, "/*/");
			sound = but != NULL && dir != NULL && strcmp(but, dir) == 0;
			in = in || (sound && holds(dir, true, path));
			free(but);
			free(dir);
			dir = NULL;
			continue;
		}
		in = in || (dir != NULL && holds(dir, false, path));
		free(dir);
		dir = directory_of(p, len, "/");
		sound = dir != NULL;
	}
	in = in || (dir != NULL && holds(dir, false, path));
	free(dir);
	return !sound ? CONE_NONE : in ? CONE_HOLDS : CONE_LACKS;
}
