/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "orchestrator/source/generate.h"
#include "orchestrator/source/streams_file.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/clock.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/json/json.h"
#include "proto/plan/tasklist.h"
#include "proto/settings/settings.h"
#include "proto/sys/file.h"

/* Keeps what people wrote into the former file: names, worktrees, unknown members. */
static void
keep_former(struct streams *s, struct streams *old)
{
	size_t k;

	if (old->initiative != NULL && old->name != NULL) {
		free(s->initiative);
		free(s->name);
		s->initiative = text_format("%s", old->initiative);
		s->name = text_format("%s", old->name);
	}
	s->raw = old->raw == NULL ? NULL : json_ref(old->raw);
	for (size_t i = 0; i < s->n; i++) {
		struct stream *one = &s->v[i], *was;

		if ((k = streams_find(old, one->id)) == STREAMS_NONE)
			continue;
		was = &old->v[k];
		one->raw = json_copy(was->raw);
		json_drop(one->raw, "tasks");	/* they would override the list's */
		if (one->name == NULL)
			one->name = text_format("%s", was->name);
		one->worktree = was->worktree == NULL ? NULL : text_format("%s", was->worktree);
	}
}

/* usual: worktrees are made where they are without settings. */
static void
name_it(const struct orch *o, struct streams *s, const struct tasklist *l, bool usual)
{
	char time[CLOCK_TEXT], name[TASKLIST_MAX_NAME / 2];

	strlcpy(s->list, l->id, sizeof(s->list));
	s->generated = text_format("%s", clock_text(clock_wall(), time, sizeof(time)));
	if (s->initiative == NULL) {
		s->initiative = text_format("INIT-%s", l->id + strlen("tl-"));
		text_first_line(name, sizeof(name), l->name);
		s->name = text_format("%s", name);
	}
	for (size_t i = 0; i < s->n; i++) {
		if (o->repo.top != NULL)
			s->v[i].root = text_format("%s", o->repo.top);
		if (s->v[i].worktree == NULL && usual)
			s->v[i].worktree = text_format(".worktrees/%s", s->v[i].id);
	}
}

static void
check_said(const struct streams *s, const struct strings said[STREAM_PHASES],
    struct strings *problems)
{
	for (int p = 0; p < STREAM_PHASES; p++)
		for (size_t i = 0; i < said[p].n; i++)
			if (streams_find(s, said[p].v[i]) == STREAMS_NONE)
				streams_problem(problems, "--%s %s: no task of the list carries that stream",
				    stream_phase_name((enum stream_phase)p), said[p].v[i]);
}

static void
read_former(const char *path, struct streams *old)
{
	struct strings problems = { 0 };
	size_t len;
	char *buf;

	memset(old, 0, sizeof(*old));
	if (file_read(AT_FDCWD, path, STREAMS_RECORD, &buf, &len) == 0) {
		streams_parse(old, buf, len, &problems);
		free(buf);
	}
	strings_free(&problems);
}

int
generate_make(struct orch *o, const struct tasklist *l, const struct strings said[STREAM_PHASES],
    const char *path, struct streams *s)
{
	struct strings problems = { 0 };
	struct settings set;
	struct streams old;
	const char *name;
	int rv;

	memset(s, 0, sizeof(*s));
	if ((rv = orch_target_settings(o, &set)) != 0)
		return rv;
	streams_take(s, l, true, &problems);
	for (size_t i = 0; i < s->n; i++)
		if ((name = tasklist_stream_name(l, s->v[i].id)) != NULL)
			s->v[i].name = text_format("%s", name);
	check_said(s, said, &problems);
	streams_arrange(s, said);
	read_former(path, &old);
	keep_former(s, &old);
	streams_release(&old);
	name_it(o, s, l, set.worktrees == NULL);
	streams_check(s, set.max_parallel_streams, &problems);
	settings_release(&set);
	streams_overlaps(s, &problems);
	for (size_t i = 0; i < problems.n; i++)
		log_warnx("%s: %s", l->id, problems.v[i]);
	rv = problems.n == 0 ? 0 : EX_DATAERR;
	strings_free(&problems);
	return rv;
}

static char *
plain(const char *buf, size_t len)
{
	char why[256], *text;
	struct json *j = json_parse(buf, len, 0, why, sizeof(why));

	json_drop(j, "generatedAt");
	text = j == NULL ? NULL : json_text(j, false, NULL);
	json_free(j);
	return text;
}

/* 0 and *same, or an error that names what is in the way. */
static int
compare(const char *path, const char *shown, const char *text, size_t len, bool force, bool *same)
{
	char *old, *a, *b;
	size_t oldlen;

	*same = false;
	if (file_read(AT_FDCWD, path, STREAMS_RECORD, &old, &oldlen) == -1) {
		if (errno == ENOENT || errno == ENOTDIR)
			return 0;
		log_warn("%s", path);
		return EX_CANTCREAT;
	}
	a = plain(old, oldlen);
	b = plain(text, len);
	*same = a != NULL && strcmp(a, b) == 0;
	free(old);
	free(a);
	free(b);
	if (*same || force)
		return 0;
	log_warnx("%s exists already and differs from the new text; --force replaces it",
	    shown);
	return EX_CANTCREAT;
}

static int
write_file(const char *path, const char *text, size_t len)
{
	char *dir = text_format("%s", path);
	struct stat st;
	int rv = 0;

	/* Makes the directories of the default place; of other places only the last one. */
	if (strrchr(dir, '/') != NULL) {
		*strrchr(dir, '/') = '\0';
		if (dir[0] != '\0' && stat(dir, &st) == -1 && mkdir(dir, 0777) == -1)
			rv = -1;
	}
	if (rv == -1 || file_replace(AT_FDCWD, path, text, len, FILE_SYNC) == -1) {
		rv = orch_status(errno);
		log_warn("%s", path);
	}
	free(dir);
	return rv;
}

int
generate_write(const struct streams *s, const char *path, const char *shown, bool force, bool *same)
{
	size_t len;
	char *text = streams_text(s, &len);
	int rv;

	if ((rv = compare(path, shown, text, len, force, same)) == 0 && !*same)
		rv = write_file(path, text, len);
	free(text);
	return rv;
}
