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

/* The source that last changed the setting. */
static const char *
origin(struct json *const layer[LAYERS], const char *key)
{
	char *is = text_of(json_get(layer[REPOSITORY], key)), *was;
	int i = REPOSITORY;
	bool same = true;

	while (i > DEFAULTS && same) {
		was = text_of(json_get(layer[i - 1], key));
		if ((same = strcmp(is, was) == 0))
			i--;
		free(was);
	}
	free(is);
	return layers[i];
}

static void
print_settings(struct json *const layer[LAYERS])
{
	const struct json *v;
	const char *key;
	char *text;

	puts("Effective Settings\n");
	for (size_t i = 0; (key = json_key(layer[REPOSITORY], i, &v)) != NULL; i++) {
		text = text_of(v);
		printf("%-10s  %s: ", origin(layer, key), key);
		show_json_text(text);
		putchar('\n');
		free(text);
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
		puts("No Orchestration Configuration Found\n\nTo generate one from a task list whose tasks "
		    "carry streams:\norchestrator generate");
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
		json_put_str(from, key, origin(layer, key));
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
