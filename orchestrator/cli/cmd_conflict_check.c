/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "orchestrator/source/streams_file.h"
#include "orchestrator/view/show.h"
#include "orchestrator/workspace/cmd.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/glob.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/json/json.h"

struct arguments {
	const char	*stream;
	char *const	*files;
};
static const struct option_row rows[] = {
	OPERAND(struct arguments, stream, "STREAM"),
	OPERANDS(struct arguments, files, "FILE ..."),
};

/* Paths are relative to the repository: "./a" and the absolute path are the same. */
static const char *
below(const struct orch *o, const char *file)
{
	size_t len = strlen(o->repo.top);

	if (strncmp(file, o->repo.top, len) == 0 && file[len] == '/')
		file += len + 1;
	while (strncmp(file, "./", 2) == 0)
		file += 2;
	return file;
}

/* The first path of the stream that matches the file, or NULL. */
static const char *
holds(const struct stream *one, const char *file)
{
	const struct strings *paths = stream_paths(one);

	for (size_t i = 0; i < paths->n; i++)
		if (glob_overlap(paths->v[i], file))
			return paths->v[i];
	return NULL;
}

static bool
check_file(const struct orch *o, const struct streams *s, size_t stream, const char *file,
    struct json *found)
{
	bool conflict = false, any = false, at_once;
	const char *path;
	struct json *j;

	for (size_t i = 0; i < s->n; i++) {
		if (i == stream || (path = holds(&s->v[i], file)) == NULL)
			continue;
		at_once = streams_at_once(s, stream, i);
		any = true;
		conflict |= at_once;
		j = json_new_object();
		json_put_str(j, "file", file);
		json_put_str(j, "stream", s->v[i].id);
		json_put_str(j, "path", path);
		json_put_bool(j, "at_once", at_once);
		json_append(found, j);
		if (!o->json) {
			text_print(stdout, file, false);
			printf(": %s (", s->v[i].id);
			text_print(stdout, path, false);
			puts(at_once ? ")" : "), not at the same time");
		}
	}
	if (!any && !o->json) {
		text_print(stdout, file, false);
		puts(": no conflict");
	}
	return conflict;
}

static int
check(struct orch *o, const struct streams *s, const struct arguments *a)
{
	struct json *found, *j;
	bool conflict = false;
	size_t stream;

	if ((stream = streams_find(s, a->stream)) == STREAMS_NONE) {
		log_warnx("no stream \"%s\" in the streams file; orchestrator config lists them", a->stream);
		return EX_NOINPUT;
	}
	for (char *const *file = a->files; *file != NULL; file++)
		if (!glob_within(below(o, *file))) {
			log_warnx("%s: not a file of the repository; name it from %s", *file, o->repo.top);
			return EX_DATAERR;
		}
	found = json_new_array();
	for (char *const *file = a->files; *file != NULL; file++)
		conflict |= check_file(o, s, stream, below(o, *file), found);
	if (o->json) {
		j = json_new_object();
		json_put_int(j, "version", 1);
		json_put_str(j, "stream", a->stream);
		json_put_bool(j, "conflict", conflict);
		json_put(j, "found", found);
		show_json(j);
	} else
		json_free(found);
	return conflict ? EX_NEGATIVE : 0;
}

static int
run(struct orch *o, void *arguments)
{
	struct streams_file f = { 0 };
	int rv;

	if ((rv = orch_open(o)) == 0 && (rv = streams_file_load(o, &f)) == 0 &&
	    (rv = streams_file_sound(&f)) == 0)
		rv = check(o, &f.s, arguments);
	streams_file_release(&f);
	return rv;
}

const struct cmd cmd_conflict_check = COMMAND("conflict-check",
    "say which other streams may change these files", run, OPTION_ROWS(rows, struct arguments));
