/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/stat.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "orchestrator/source/beads.h"
#include "orchestrator/source/source.h"
#include "orchestrator/source/tasks.h"
#include "orchestrator/workspace/orch.h"
#include "orchestrator/workspace/program.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/json/record.h"

#define DIRECTORY	".beads"
#define OPEN_LOCK	"beads-list.lock"	/* held while the list is searched and made */

static char *
directory(struct orch *o)
{
	char *path = o->repo.top == NULL ? NULL : text_format("%s/" DIRECTORY, o->repo.top);
	struct stat st;

	if (path != NULL && lstat(path, &st) == 0 && S_ISDIR(st.st_mode))
		return path;
	free(path);
	return NULL;
}

static bool
present(struct orch *o)
{
	char *path = directory(o);

	free(path);
	return path != NULL;
}

struct wanted { const char *workspace, *project; char *list; };

static bool
same(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

/* An unreadable list may be ours: it is not replaced by a new one. */
static int
is_wanted(void *arg, const char *id)
{
	const struct wanted *w = arg;
	const struct tasklist *l;
	bool good;

	if ((l = tasks_see(w->workspace, id, &good)) == NULL)
		return tasks_view(w->workspace, id, &l);
	if (l->source.kind != NULL && strcmp(l->source.kind, SOURCE_BEADS) == 0 &&
	    same(l->source.project, w->project))
		strlcpy(w->list, id, TASKLIST_ID_MAX);
	return 0;
}

static int
find_or_make(const struct wanted *w)
{
	struct tasklist l;
	char *name;
	int rv;

	w->list[0] = '\0';
	if ((rv = tasks_each(w->workspace, is_wanted, (void *)(uintptr_t)w)) != 0 ||
	    w->list[0] != '\0')
		return rv;
	name = text_format("%s%s%s", SOURCE_BEADS, w->project == NULL ? "" : ":",
	    w->project == NULL ? "" : w->project);
	if (!tasklist_name_valid(name)) {
		log_warnx("\"%.80s\" is not a name of a Beads project: give one short line of text", w->project);
		rv = EX_USAGE;
	} else {
		tasklist_make(&l, name);
		l.source.kind = text_format("%s", SOURCE_BEADS);
		l.source.project = w->project == NULL ? NULL : text_format("%s", w->project);
		if ((rv = tasks_keep(w->workspace, &l)) == 0)
			strlcpy(w->list, l.id, TASKLIST_ID_MAX);
		tasklist_release(&l);
	}
	free(name);
	return rv;
}

/* A project is known when an issue has its label, or a list is kept for it.  An unknown one leaves no list behind. */
static int
check_project(struct orch *o, const char *project)
{
	static const char *const args[] = { "list", "--all", "--limit", "0", NULL };
	char list[TASKLIST_ID_MAX] = "", why[BD_WHY];
	const struct wanted w = { .workspace = o->workspace, .project = project, .list = list };
	struct strings projects = { 0 }, wrong = { 0 };
	struct json *answer = NULL;
	struct issues all = { 0 };
	const char *nearest;
	struct bd b;
	int rv;

	if (tasks_each(o->workspace, is_wanted, (void *)(uintptr_t)&w) != 0 || list[0] != '\0')
		return 0;
	if ((rv = bd_open(&b, o, "")) != 0)
		return rv;
	if ((rv = bd_call(&b, args, &answer, why, sizeof(why))) != 0) {
		log_warnx("%s", why);
		return rv == EX_NEGATIVE ? EX_UNAVAILABLE : rv;
	}
	issues_read(&all, answer, &wrong);
	for (size_t i = 0; i < all.n; i++)
		issue_label_rests(&all.v[i], BEADS_LABEL, &projects);
	if (!strings_has(&projects, project)) {
		nearest = text_nearest(project, (const char *const *)projects.v, projects.n);
		log_warnx("no issue has the label " BEADS_LABEL "%s%s%s%s", project, nearest == NULL ? "; bd label adds it" :
		    "; did you mean \"", nearest == NULL ? "" : nearest, nearest == NULL ? "" : "\"?");
		rv = EX_NOINPUT;
	}
	strings_free(&wrong);
	strings_free(&projects);
	issues_release(&all);
	json_free(answer);
	return rv;
}

static int
need_list(struct orch *o, const char *project, char list[TASKLIST_ID_MAX])
{
	const struct wanted w = { .workspace = o->workspace, .project = project, .list = list };
	int lock, rv;

	if ((lock = bd_lock(o, OPEN_LOCK)) == -1) {
		log_warn("%s/" OPEN_LOCK, o->workspace);
		return orch_status(errno);
	}
	rv = find_or_make(&w);
	close(lock);
	return rv;
}

static int
refresh(struct orch *o, const char *list)
{
	struct bd b;
	int rv;

	if ((rv = bd_open(&b, o, list)) == 0 && (rv = beads_push(&b, list)) == 0)
		rv = beads_pull(&b, list);
	return rv;
}

static int
open_project(struct orch *o, const char *project, char list[TASKLIST_ID_MAX])
{
	const struct tasklist *l;
	bool good;
	int rv;

	if ((project != NULL && (rv = check_project(o, project)) != 0) || (rv = need_list(o, project, list)) != 0 ||
	    (rv = refresh(o, list)) != 0)
		return rv;
	if (project != NULL && (l = tasks_see(o->workspace, list, &good)) != NULL && l->n == 0)
		log_warnx("no ready issue has the label project:%s", project);
	return 0;
}

/* May a person begin it, and do we add it to the list? */
static int
check(const struct bd *b, const struct issue *is)
{
	struct strings waits = { 0 };
	char *why;
	int rv = 0;

	issue_blockers(is, true, &waits);
	if (issue_is(is, "closed")) {
		log_warnx("issue %s is closed; bd reopen %s opens it again", is->id, is->id);
		rv = EX_CANTCREAT;
	} else if (waits.n > 0) {
		why = issue_obstacle(is, b->actor);
		log_warnx("issue %s: %s", is->id, why);
		free(why);
		rv = EX_UNAVAILABLE;
	}
	strings_free(&waits);
	return rv;
}

static int
add_issue(struct tasklist *l, void *arg)
{
	const struct issue *is = arg;
	char why[RECORD_ERR];
	struct task *t;

	if (tasklist_find(l, is->id) != TASK_NONE)
		return EX_NEGATIVE;	/* another process was faster */
	if ((t = tasklist_add(l, is->id, NULL, why, sizeof(why))) == NULL) {
		log_warnx("issue %s: %s", is->id, why);
		return EX_DATAERR;
	}
	issue_fill(is, l, t);
	return 0;
}

/* An item need not be from Beads: without bd it is not. */
static int
find(struct orch *o, const char *item, char list[TASKLIST_ID_MAX])
{
	char why[BD_WHY], *path;
	struct strings id = { 0 }, wrong = { 0 };
	struct json *answer = NULL;
	struct issues all = { 0 };
	const struct issue *is;
	struct bd b;
	int rv;

	list[0] = '\0';
	if (!program_exists(BD_PROGRAM, getenv("PATH")))
		return 0;
	if ((rv = bd_open(&b, o, "")) != 0)
		return rv;
	strings_add(&id, item);
	rv = bd_show(&b, &id, &answer, why, sizeof(why));
	strings_free(&id);
	if (rv != 0) {
		path = directory(o);
		log_warnx("can't look up item %s in %s: %s; to dispatch it without Beads, give it a "
		    "--title", item, path == NULL ? DIRECTORY : path, why);
		free(path);
		return rv == EX_NEGATIVE ? EX_UNAVAILABLE : rv;
	}
	issues_read(&all, answer, &wrong);
	if ((is = issues_find(&all, item)) != NULL && (rv = check(&b, is)) == 0 &&
	    (rv = need_list(o, NULL, list)) == 0) {
		rv = tasks_change(o->workspace, list, add_issue, (void *)(uintptr_t)is);
		rv = rv == EX_NEGATIVE ? 0 : rv;
	}
	beads_name_wrong(&wrong);
	issues_release(&all);
	json_free(answer);
	return rv;
}

const struct source source_beads = {
	.kind = SOURCE_BEADS,
	.present = present,
	.open = open_project,
	.refresh = refresh,
	.find = find,
	.claim = beads_claim,
	.release = beads_release,
	.wake_dir = directory,
};
