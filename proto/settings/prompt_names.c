/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "proto/base/strings.h"
#include "proto/base/text.h"
#include "proto/settings/prompt_names.h"

const char *const prompt_variables[] = {
	"answer", "base", "changes", "commit", "conflicts", "defence", "dependencies", "diff", "findings", "flagged",
	"gate.name", "gate.output", "gates", "item.acceptance", "item.description", "item.id", "item.paths", "item.tasks",
	"item.title", "left", "log", "merged", "message", "note", "onto", "persona", "presentation", "progress", "question", "remarks",
	"round", "summary", "target", "verdict", "worktree", NULL
};
#define VARIABLES	(sizeof(prompt_variables) / sizeof(prompt_variables[0]) - 1)

int
prompt_names_check(const char *text, char name[64], const char **nearest)
{
	size_t n;

	for (const char *s = text; (s = text_variable(s, &n)) != NULL; s += n) {
		snprintf(name, 64, "%.*s", (int)n, s);
		if (name_index(prompt_variables, VARIABLES, name) == -1 &&
		    (*nearest = text_nearest(name, prompt_variables, VARIABLES)) != NULL)
			return -1;
	}
	return 0;
}
