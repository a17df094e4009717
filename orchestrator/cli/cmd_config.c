/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "orchestrator/source/streams_file.h"
#include "orchestrator/view/show.h"
#include "orchestrator/workspace/cmd.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/text.h"
#include "proto/json/json.h"
#include "proto/settings/settings.h"

/* The settings after each of their sources. */
enum layer { DEFAULTS, USER, REPOSITORY, LAYERS };
static const char *const layers[LAYERS] = { "default", "user", "repository" };

static int
load_layers(struct orch *o, struct json *layer[LAYERS])
{
	struct settings s;
	int rv = 0;

	for (int i = 0; rv == 0 && i < LAYERS; i++) {
		if (i == DEFAULTS)
			settings_default(&s);
		else if ((rv = i == USER ? orch_settings(o, NULL, &s) : orch_target_settings(o, &s)) != 0)
			break;
		layer[i] = json_new_object();
		settings_json(&s, layer[i]);
		settings_release(&s);
	}
	return rv;
}

static char *
text_of(const struct json *v)
{
	return v == NULL ? text_format("null") : json_text(v, false, NULL);
}

static const struct json *
value(const struct json *settings, const char *key, const char *member)
{
	return member == NULL ? json_get(settings, key) : json_get(json_get(settings, key), member);
}

/* The source that last changed the setting, or a member of it. */
static const char *
origin(struct json *const layer[LAYERS], const char *key, const char *member)
{
	char *is = text_of(value(layer[REPOSITORY], key, member)), *was;
	int i = REPOSITORY;
	bool same = true;

	while (i > DEFAULTS && same) {
		was = text_of(value(layer[i - 1], key, member));
		if ((same = strcmp(is, was) == 0))
			i--;
		free(was);
	}
	free(is);
	return layers[i];
}

/* What takes the place of a setting that is null. */
static const char *
unset(const char *name)
{
	static const char *const rows[][2] = {
		{ "target", "the branch that is checked out" },
		{ "branch_prefix", "session/" },
		{ "commit_message", "{item}: {title}" },
		{ "merge.message", "Merge {item}: {subject}" },
		{ "worktree.directory", ".worktrees" },
		{ "roles.implementer", "the first agent client on PATH" },
		{ "roles.reviewer", "none" },
		{ "roles.tech-lead", "none: the reviewer decides" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (strcmp(rows[i][0], name) == 0)
			return rows[i][1];
	return NULL;
}

static void
print_setting(struct json *const layer[LAYERS], const char *key, const char *member)
{
	const struct json *v = value(layer[REPOSITORY], key, member);
	char *name = text_format("%s%s%s", key, member != NULL ? "." : "", member != NULL ? member : ""), *text = text_of(v);
	bool no_role = strcmp(key, "roles") == 0 && value(layer[REPOSITORY], key, "implementer") == NULL;
	const char *instead = v == NULL ? unset(no_role ? "roles.implementer" : name) : NULL;

	printf("%-10s  ", origin(layer, key, member));
	text_print(stdout, name, false);
	fputs(": ", stdout);
	if (instead != NULL)
		printf("unset (%s)", instead);
	else
		show_json_text(text);
	putchar('\n');
	free(text);
	free(name);
}

static void
print_settings(struct json *const layer[LAYERS])
{
	const struct json *v, *m;
	const char *key, *member;

	puts("Effective Settings\n");
	for (size_t i = 0; (key = json_key(layer[REPOSITORY], i, &v)) != NULL; i++) {
		if (json_key(v, 0, &m) == NULL)
			print_setting(layer, key, NULL);
		for (size_t k = 0; (member = json_key(v, k, &m)) != NULL; k++)
			print_setting(layer, key, member);
	}
	putchar('\n');
}

static void
field(const char *name, const char *value)
{
	if (value == NULL)
		return;
	printf("%s: ", name);
	text_print(stdout, value, false);
	putchar('\n');
}

static void
print_streams(const struct streams_file *f)
{
	const struct streams *s = &f->s;
	char *initiative;

	if (f->path == NULL) {
		puts("no streams file; orchestrator generate makes one from a task list whose tasks have streams");
		return;
	}
	puts("Current Orchestration Configuration\n");
	initiative = text_format("%s (%s)", s->name == NULL ? "?" : s->name,
	    s->initiative == NULL ? "?" : s->initiative);
	field("Generated", s->generated);
	field("Initiative", initiative);
	field("API Endpoint", s->endpoint);
	free(initiative);
	puts("\nStream Summary:");
	streams_print_summary(s, false);
	printf("\nConfiguration file: %s\n\nTo view full configuration:\ncat %s\n\nTo regenerate:\n"
	    "orchestrator generate --force\n", f->shown, f->shown);
}

static void
print_json(struct json *const layer[LAYERS], const struct streams_file *f)
{
	struct json *j = json_new_object(), *from = json_new_object(), *in = NULL, *problems;
	const struct json *v;
	const char *key;

	json_put_int(j, "version", 1);
	json_put(j, "settings", json_copy(layer[REPOSITORY]));
	for (size_t i = 0; (key = json_key(layer[REPOSITORY], i, &v)) != NULL; i++)
		json_put_str(from, key, origin(layer, key, NULL));
	json_put(j, "from", from);
	if (f->path != NULL) {
		in = json_new_object();
		json_put_str(in, "path", f->path);
		json_put_str(in, "generated_at", f->s.generated);
		json_put_str(in, "initiative", f->s.initiative);
		json_put_str(in, "name", f->s.name);
		json_put_str(in, "api_endpoint", f->s.endpoint);
		json_put(in, "phases", streams_summary_json(&f->s));
		problems = json_new_array();
		for (size_t i = 0; i < f->problems.n; i++)
			json_append(problems, json_new_string(f->problems.v[i]));
		json_put(in, "problems", problems);
	}
	json_put(j, "streams", in);
	show_json(j);
}

static int
show(struct orch *o, struct json *const layer[LAYERS])
{
	struct streams_file f = { 0 };
	int rv;

	if (streams_file_present(o)) {
		rv = streams_file_load(o, &f);
		streams_overlaps(&f.s, &f.problems);
	} else
		rv = 0;
	if (o->json)
		print_json(layer, &f);
	else {
		print_settings(layer);
		print_streams(&f);
		fflush(stdout);
	}
	if (rv == 0)
		rv = streams_file_sound(&f);
	streams_file_release(&f);
	return rv;
}

static int
run(struct orch *o, void *arguments)
{
	struct json *layer[LAYERS] = { NULL };
	int rv;

	(void)arguments;
	if ((rv = orch_open(o)) == 0 && (rv = load_layers(o, layer)) == 0)
		rv = show(o, layer);
	for (int i = 0; i < LAYERS; i++)
		json_free(layer[i]);
	return rv;
}

const struct cmd cmd_config = COMMAND("config",
    "show the effective settings, and the streams file in brief", run, NO_ROWS);
