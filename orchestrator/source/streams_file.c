/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/stat.h>

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "orchestrator/source/source.h"
#include "orchestrator/source/streams_file.h"
#include "orchestrator/source/tasks.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/json/json.h"
#include "proto/settings/settings.h"
#include "proto/sys/file.h"

static const char *const places[] = { STREAMS_PLACE, STREAMS_OTHER_PLACE };

static bool
is_there(const struct orch *o, const char *place)
{
	struct stat st;
	char *path;
	bool there;

	if (o->repo.top == NULL)
		return false;
	path = text_format("%s/%s", o->repo.top, place);
	there = lstat(path, &st) == 0;
	free(path);
	return there;
}

bool
streams_file_present(const struct orch *o)
{
	return is_there(o, places[0]) || is_there(o, places[1]);
}

int
streams_file_read(const struct orch *o, struct streams_file *f)
{
	size_t len;
	char *buf;

	memset(f, 0, sizeof(*f));
	if (is_there(o, places[0]) && is_there(o, places[1])) {
		log_warnx("there are two streams files, %s and %s: remove the one that is not used",
		    places[0], places[1]);
		return EX_DATAERR;
	}
	f->shown = places[is_there(o, places[1]) ? 1 : 0];
	if (!is_there(o, f->shown))
		return 0;
	f->path = text_format("%s/%s", o->repo.top, f->shown);
	if (file_read(AT_FDCWD, f->path, STREAMS_RECORD, &buf, &len) == -1) {
		if (errno == EFBIG)
			log_warnx("%s: more than %u bytes", f->shown, STREAMS_RECORD);
		else if (errno == ELOOP || errno == EINVAL)
			log_warnx("%s: not a regular file", f->shown);
		else {
			log_warn("%s", f->shown);
			return errno == EACCES ? EX_NOPERM : EX_NOINPUT;
		}
		return EX_DATAERR;
	}
	streams_parse(&f->s, buf, len, &f->problems);
	free(buf);
	return 0;
}

void
streams_file_release(struct streams_file *f)
{
	free(f->path);
	streams_release(&f->s);
	strings_free(&f->problems);
	memset(f, 0, sizeof(*f));
}

/* Is it a checkout of this repository, at any path? */
static bool
is_ours(const struct orch *o, const char *root)
{
	char *path = root[0] == '/' ? text_format("%s", root) :
	    text_format("%s/%s", o->repo.top, root);
	char *real = realpath(path, NULL), why[GIT_ERR];
	struct git_repo repo;
	bool ours;

	ours = real != NULL && strcmp(real, o->repo.top) == 0;
	if (real != NULL && !ours) {
		ours = git_repo_open(&repo, real, why, sizeof(why)) == 0 && strcmp(repo.common, o->repo.common) == 0;
		git_repo_release(&repo);
	}
	free(real);
	free(path);
	return ours;
}

static void
check_roots(const struct orch *o, struct streams_file *f)
{
	const char *root, *last = NULL;
	bool ours = true;

	for (size_t i = 0; i < f->s.n; i++) {
		if ((root = f->s.v[i].root) == NULL)
			continue;
		if (last == NULL || strcmp(root, last) != 0)
			ours = is_ours(o, last = root);
		if (ours)
			continue;
		streams_problem(&f->problems, "%s: projectRoot %s is not this repository, which is %s; "
		    "correct it, or set it to \".\"", f->s.v[i].id, root, o->repo.top);
	}
}

struct taking { struct orch *o; struct streams_file *f; };

static int
take_list(void *arg, const char *id)
{
	struct taking *t = arg;
	const struct tasklist *l;

	if (tasks_view(t->o->workspace, id, &l) == 0)
		streams_take(&t->f->s, l, false, &t->f->problems);
	return 0;
}

struct search { struct orch *o; const char *initiative; char *list; };

static int
is_mirror(void *arg, const char *id)
{
	const struct search *s = arg;
	const struct tasklist *l = tasks_head(s->o->workspace, id);

	/* A damaged list counts as ours: opening it reports the damage. */
	if (l != NULL && l->source.kind != NULL && strcmp(l->source.kind, SOURCE_STREAMS) == 0 &&
	    l->source.project != NULL && strcmp(l->source.project, s->initiative) == 0)
		strlcpy(s->list, id, TASKLIST_ID_MAX);
	return s->list[0] != '\0';
}

void
streams_list(struct orch *o, const struct streams *s, char list[TASKLIST_ID_MAX])
{
	struct search search = { .o = o, .initiative = s->initiative, .list = list };

	list[0] = '\0';
	tasks_each(o->workspace, is_mirror, &search);
}

int
streams_limit(struct orch *o, int64_t *max_parallel)
{
	struct settings s;
	int rv;

	if ((rv = orch_target_settings(o, &s)) == 0) {
		*max_parallel = s.max_parallel_streams;
		settings_release(&s);
	}
	return rv;
}

int
streams_file_load(struct orch *o, struct streams_file *f)
{
	struct taking t = { .o = o, .f = f };
	int64_t max;
	int rv;

	if ((rv = streams_file_read(o, f)) != 0)
		return rv;
	if (f->path == NULL) {
		log_warnx("no streams file: neither %s nor %s is there; orchestrator generate makes one "
		    "from a task list", places[0], places[1]);
		return EX_NOINPUT;
	}
	if (f->s.raw == NULL)
		return 0;
	tasks_each(o->workspace, take_list, &t);
	if ((rv = streams_limit(o, &max)) == 0) {
		streams_check(&f->s, max, &f->problems);
		check_roots(o, f);
	}
	return rv;
}

int
streams_file_sound(const struct streams_file *f)
{
	for (size_t i = 0; i < f->problems.n; i++)
		log_warnx("%s: %s", f->shown, f->problems.v[i]);
	return f->problems.n == 0 ? 0 : EX_DATAERR;
}

static void
count(const struct streams *s, int phase, size_t *streams, int64_t *tasks)
{
	*streams = 0;
	*tasks = 0;
	for (size_t i = 0; i < s->n; i++)
		if ((int)s->v[i].phase == phase) {
			++*streams;
			*tasks += s->v[i].total;
		}
}

void
streams_print_summary(const struct streams *s, bool tasks)
{
	const char *name;
	int64_t total;
	size_t n;

	for (int p = 0; p < STREAM_PHASES; p++) {
		count(s, p, &n, &total);
		name = stream_phase_name((enum stream_phase)p);
		printf("- %c%s: %zu stream%s", toupper((unsigned char)name[0]), name + 1, n,
		    !tasks ? "(s)" : n == 1 ? "" : "s");
		if (tasks)
			printf(" (%lld task%s%s)", (long long)total, total == 1 ? "" : "s",
			    n > 1 ? " total" : "");
		putchar('\n');
	}
}

struct json *
streams_summary_json(const struct streams *s)
{
	struct json *j = json_new_object(), *in;
	int64_t total;
	size_t n;

	for (int p = 0; p < STREAM_PHASES; p++) {
		count(s, p, &n, &total);
		in = json_new_object();
		json_put_int(in, "streams", (int64_t)n);
		json_put_int(in, "tasks", total);
		json_put(j, stream_phase_name((enum stream_phase)p), in);
	}
	return j;
}
