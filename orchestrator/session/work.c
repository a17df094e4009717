/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "orchestrator/session/registry.h"
#include "orchestrator/session/work.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/json/record.h"
#include "proto/record/config.h"
#include "proto/session/layout.h"
#include "proto/sys/file.h"

static void
read_target(struct work *w, const struct entry *e)
{
	char why[RECORD_ERR];
	struct config c = { 0 };
	int fd = file_open_dir(AT_FDCWD, e->path);

	if (fd == -1)
		return;
	if (config_load(fd, &c, why, sizeof(why)) == 0 && c.target != NULL)
		w->target = text_format("%s", c.target);
	config_release(&c);
	close(fd);
}

/* The merge base with the target, as far as there is one. */
static int
find_base(struct orch *o, struct work *w, const struct state *s, char *err, size_t errlen)
{
	char *ref, target[OID_MAX], base[OID_MAX];
	int rc;

	strlcpy(w->tip, s->head[0] != '\0' ? s->head : s->base, sizeof(w->tip));
	strlcpy(w->base, s->base[0] != '\0' ? s->base : w->tip, sizeof(w->base));
	if (status_done(s->status) || w->target == NULL || w->tip[0] == '\0')
		return 0;
	ref = text_format("refs/heads/%s", w->target);
	rc = git_ref_read(&o->repo, ref, target, err, errlen);
	free(ref);
	if (rc == -1 || target[0] == '\0')
		return rc;
	rc = git_merge_base(&w->git, target, w->tip, base, err, errlen);
	if (rc == 0 && base[0] != '\0')
		strlcpy(w->base, base, sizeof(w->base));
	return rc;
}

static int
make_dir(struct orch *o, struct work *w, const struct entry *e, bool *quick, char *err, size_t errlen)
{
	const char *tmp = getenv("TMPDIR");
	char *from = text_format("%s/" SESSION_DIR_SAFE_GIT "/index", e->path), *to;

	w->dir = text_format("%s/orchestrator.XXXXXX", tmp != NULL && *tmp == '/' ? tmp : "/tmp");
	if (mkdtemp(w->dir) == NULL || git_safe_make(&o->repo, w->dir, err, errlen) == -1) {
		if (errlen > 0 && err[0] == '\0')
			snprintf(err, errlen, "%s: %s", w->dir, strerror(errno));
		free(from);
		return -1;
	}
	to = text_format("%s/index", w->dir);
	*quick = file_copy(from, to, false) == 0;
	free(to);
	free(from);
	return 0;
}

/* The tree of the worktree, written beside the session: what can't be committed leaves the commit as the end. */
static void
take_worktree(struct work *w, const struct entry *e)
{
	struct git g = w->git;
	char why[GIT_ERR], tree[OID_MAX];

	g.index = text_format("%s/index", w->dir);
	g.worktree = e->state.worktree;
	g.files = e->state.files;
	g.at = e->state.head;
	if (access(g.index, F_OK) == -1 && git_index_at(&g, w->tip, why, sizeof(why)) == -1)
		w->note = text_format("%s", why);
	else if (git_tree_of_worktree(&g, tree, why, sizeof(why)) == -1)
		w->note = text_format("%s", why);
	else {
		strlcpy(w->tip, tree, sizeof(w->tip));
		w->worktree = true;
	}
	free(g.index);
}

/* What the worktree has beyond the commit. */
static int
look(struct orch *o, const struct entry *e, struct work *w, char *err, size_t errlen)
{
	bool quick;
	int rc;

	if (status_done(e->state.status) || !entry_worktree_is_ours(o, e) || git_worktree_empty(e->state.worktree) != 0)
		return 0;
	if (make_dir(o, w, e, &quick, err, errlen) == -1)
		return -1;
	if (status_live(e->state.status))
		return 0;
	rc = unjudged_look(&w->unjudged, &w->git, e->path, w->dir, &e->state, quick, err, errlen);
	w->surplus = rc == 1;
	return rc == -1 ? -1 : 0;
}

int
work_open(struct orch *o, const struct entry *e, struct work *w, char *err, size_t errlen)
{
	struct git g;

	memset(w, 0, sizeof(*w));
	read_target(w, e);
	if (orch_git(o, &w->git, err, errlen) == -1 || find_base(o, w, &e->state, err, errlen) == -1 ||
	    look(o, e, w, err, errlen) == -1)
		return -1;
	if (w->dir == NULL || status_approved(e->state.status) || (!w->surplus && !status_live(e->state.status)))
		return 0;
	g = w->git;
	g.dir = w->dir;
	g.objects = w->objects = text_format("%s/objects", w->dir);
	g.alternates = o->repo.objects;
	w->git = g;
	take_worktree(w, e);
	g = git_apart(&w->git);
	free(w->objects);
	w->git.objects = w->objects = g.objects;
	return 0;
}

char *
work_surplus(struct orch *o, const struct entry *e)
{
	char why[GIT_ERR], *text = NULL;
	struct work w = { 0 };

	if (e->error != NULL || status_live(e->state.status) || e->state.head[0] == '\0')
		return NULL;
	if (orch_git(o, &w.git, why, sizeof(why)) == 0 && look(o, e, &w, why, sizeof(why)) == 0 && w.surplus)
		text = unjudged_text(&w.unjudged);
	work_release(&w);
	return text;
}

void
work_release(struct work *w)
{
	if (w->dir != NULL && file_remove_tree(AT_FDCWD, w->dir) == -1)
		log_warn("%s", w->dir);
	unjudged_release(&w->unjudged);
	free(w->objects);
	free(w->dir);
	free(w->target);
	free(w->note);
	memset(w, 0, sizeof(*w));
}

struct json *
work_json(const char *base, const char *head, bool worktree, const struct git_size *file, size_t n)
{
	struct json *j = json_new_object(), *files = json_new_array(), *one;
	int64_t added = 0, removed = 0;

	for (size_t i = 0; i < n; i++) {
		one = json_new_object();
		record_put(one, "path", file[i].path, SESSION_MAX_TEXT);
		json_put_strn(one, "status", &file[i].status, 1);
		json_put_bool(one, "binary", file[i].binary);
		json_put_int(one, "added", file[i].added);
		json_put_int(one, "removed", file[i].removed);
		json_append(files, one);
		added += file[i].added;
		removed += file[i].removed;
	}
	json_put_str(j, "base", base[0] != '\0' ? base : NULL);
	json_put_str(j, "head", head[0] != '\0' ? head : NULL);
	json_put_bool(j, "worktree", worktree);
	json_put_int(j, "added", added);
	json_put_int(j, "removed", removed);
	json_put(j, "files", files);
	return j;
}
