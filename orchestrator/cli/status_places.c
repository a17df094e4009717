/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "orchestrator/cli/status_places.h"
#include "orchestrator/session/registry.h"
#include "orchestrator/session/section.h"
#include "orchestrator/view/show.h"
#include "orchestrator/workspace/control.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/array.h"
#include "proto/base/text.h"
#include "proto/json/json.h"
#include "proto/session/layout.h"

void
places_find(const struct orch *o, struct strings *dirs)
{
	char *workspaces = text_format("%s/" STATE_WORKSPACES, o->home), *path, *dir;
	struct dirent **list;
	int n = scandir(workspaces, &list, NULL, alphasort);

	for (int i = 0; i < n; i++) {
		path = text_format("%s/%s", workspaces, list[i]->d_name);
		if (list[i]->d_name[0] != '.' && (dir = orch_repository_of(path)) != NULL) {
			strings_add(dirs, dir);
			free(dir);
		}
		free(path);
		free(list[i]);
	}
	if (n != -1)
		free(list);
	free(workspaces);
}

/* A part of the line: its sign, its name for programs, and the sections that it counts. */
static const struct part { char sign; const char *name; enum section first, last; } parts[] = {
	{ '?', "questions", SECTION_QUESTIONS, SECTION_QUESTIONS },
	{ '!', "stopped", SECTION_STOPPED, SECTION_STUCK },
	{ '>', "running", SECTION_RUNNING, SECTION_RUNNING },
	{ '+', "ready", SECTION_READY, SECTION_READY },
};

static void
count(const char *dir, struct strings *seen, size_t n[SECTIONS])
{
	struct orch o = { .dir = dir };
	struct entries es = { 0 };

	if (orch_peek(&o) == 0 && !strings_has(seen, o.workspace) && registry_load(&o, false, &es) == 0)
		for (size_t i = 0; i < es.n; i++)
			n[section_of(&es.v[i], control_execute(&o) != 0)]++;
	if (o.workspace != NULL)
		strings_add(seen, o.workspace);
	entries_release(&es);
	orch_close(&o);
}

void
places_line(const struct strings *dirs, bool json)
{
	size_t n[SECTIONS] = { 0 }, sum;
	struct json *j = json_new_object(), *counts = json_new_object();
	struct strings seen = { 0 };
	const char *class = "idle";
	struct text t = { 0 };

	for (size_t i = 0; i < dirs->n; i++)
		count(dirs->v[i], &seen, n);
	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		sum = 0;
		for (enum section s = parts[i].first; s <= parts[i].last; s++)
			sum += n[s];
		json_put_int(counts, parts[i].name, (int64_t)sum);
		if (sum == 0)
			continue;
		if (t.len == 0)
			class = parts[i].name;
		text_printf(&t, "%s%c%zu", t.len > 0 ? " " : "", parts[i].sign, sum);
	}
	json_put_int(j, "version", 1);
	json_put_str(j, "text", t.len > 0 ? t.buf : "");
	json_put_str(j, "class", class);
	json_put(j, "counts", counts);
	if (json)
		show_json(j);
	else {
		if (t.len > 0)
			puts(t.buf);
		json_free(j);
	}
	text_free(&t);
	strings_free(&seen);
}
