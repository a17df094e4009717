/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/stat.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "orchestrator/source/generate.h"
#include "orchestrator/source/streams_file.h"
#include "orchestrator/source/task_link.h"
#include "orchestrator/source/tasks.h"
#include "orchestrator/view/show.h"
#include "orchestrator/workspace/cmd.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/json/json.h"

struct arguments {
	const char	*out, *list;
	bool		 force;
	struct strings	 said[STREAM_PHASES];
};

static const struct option_row rows[] = {
	OPT_STRING(struct arguments, out, 0, "out", "PATH", "write there"),
	OPT_LIST(struct arguments, said[STREAM_FOUNDATION], 0, "foundation", "STREAM", "a stream of the first phase"),
	OPT_LIST(struct arguments, said[STREAM_PARALLEL], 0, "parallel", "STREAM", "a stream of the second phase"),
	OPT_LIST(struct arguments, said[STREAM_INTEGRATION], 0, "integration", "STREAM", "a stream of the last phase"),
	OPT_FLAG(struct arguments, force, 0, "force", "replace an existing file"),
	OPERAND_OPTIONAL(struct arguments, list, "LIST"),
};

/* The lists kept by people whose tasks carry streams. */
struct search { struct orch *o; size_t n; char id[TASKLIST_ID_MAX]; struct text names; };

static int
carries(void *arg, const char *id)
{
	struct search *s = arg;
	const struct tasklist *l;
	bool found = false;

	if (tasks_view(s->o->workspace, id, &l) != 0)
		return 0;
	for (size_t i = 0; i < l->n && l->source.kind == NULL; i++)
		found |= l->v[i].stream[0] != '\0';
	if (found) {
		strlcpy(s->id, id, sizeof(s->id));
		text_printf(&s->names, "%s%s (%s)", s->n++ > 0 ? ", " : "", id, l->name);
	}
	return 0;
}

static int
find_list(struct orch *o, const char *name, struct tasklist *l)
{
	struct search s = { .o = o };
	int rv = EX_DATAERR;

	if (name != NULL)
		return tasks_open(o, name, l);
	tasks_each(o->workspace, carries, &s);
	if (s.n == 1)
		rv = tasks_open(o, s.id, l);
	else if (s.n == 0)
		log_warnx("No streams defined: no task of a list carries one; orchestrator tasks edit "
		    "--stream STREAM TASK gives it one");
	else {
		log_warnx("say which task list: %s", s.names.buf);
		rv = EX_USAGE;
	}
	text_free(&s.names);
	return rv;
}

/* The path to write to, malloced; shown is how to print it. */
static char *
find_place(const struct orch *o, const char *out, char **shown)
{
	struct streams_file f;
	struct stat st;
	char *path;

	if (out == NULL) {
		f.shown = STREAMS_PLACE;
		if (streams_file_read(o, &f) != 0 && f.path == NULL) {
			*shown = NULL;
			return NULL;
		}
		*shown = text_format("%s", f.shown);
		streams_file_release(&f);
		return text_format("%s/%s", o->repo.top, *shown);
	}
	if (out[0] != '\0' && (out[strlen(out) - 1] == '/' || (stat(out, &st) == 0 &&
	    S_ISDIR(st.st_mode))))
		path = text_format("%s%s" STREAMS_FILE, out, out[strlen(out) - 1] == '/' ? "" : "/");
	else
		path = text_format("%s", out);
	*shown = text_format("%s", path);
	return path;
}

static void
print(const struct orch *o, const struct streams *s, const char *path, const char *shown,
    bool standard, bool same)
{
	struct json *j;

	if (o->json) {
		j = json_new_object();
		json_put_int(j, "version", 1);
		json_put_str(j, "path", path);
		json_put_bool(j, "unchanged", same);
		json_put_str(j, "initiative", s->initiative);
		json_put_str(j, "name", s->name);
		json_put(j, "streams", streams_summary_json(s));
		show_json(j);
		return;
	}
	printf("%s\n\n%s:\n- %s\n\nNext steps:\n1. Review the configuration: cat %s\n",
	    same ? "Orchestration Configuration Unchanged" : "Orchestration Configuration Generated",
	    same ? "Files" : "Created files", shown, shown);
	if (standard)
		puts("2. See what would be done: orchestrator plan --source streams\n"
		    "3. Start orchestration: orchestrator execute --source streams");
	else
		puts("2. Put it where it is used: " STREAMS_PLACE);
	puts("\nStream summary:");
	streams_print_summary(s, true);
}

static int
generate(struct orch *o, struct arguments *a)
{
	struct streams s;
	struct tasklist l;
	char *path, *shown;
	bool same;
	int rv;

	if ((rv = find_list(o, a->list, &l)) != 0)
		return rv;
	if ((path = find_place(o, a->out, &shown)) == NULL)
		rv = EX_DATAERR;
	else {
		if ((rv = generate_make(o, &l, a->said, path, &s)) == 0 &&
		    (rv = generate_write(&s, path, shown, a->force, &same)) == 0)
			print(o, &s, path, shown, a->out == NULL, same);
		streams_release(&s);
	}
	free(path);
	free(shown);
	tasklist_release(&l);
	return rv;
}

static int
run(struct orch *o, void *arguments)
{
	struct arguments *a = arguments;
	int rv;

	if ((rv = orch_open(o)) == 0) {
		task_link_recover(o);
		if (a->out == NULL && o->repo.top == NULL) {
			log_warnx("%s: a bare repository has no place for it; name a file with --out", o->repo.common);
			rv = EX_USAGE;
		} else
			rv = generate(o, a);
	}
	return rv;
}

const struct cmd cmd_generate = COMMAND("generate",
    "write a streams file from a task list whose tasks carry streams", run,
    OPTION_ROWS(rows, struct arguments));
