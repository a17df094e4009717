/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "orchestrator/merge/by_hand.h"
#include "orchestrator/merge/merging.h"
#include "orchestrator/session/stop.h"
#include "orchestrator/source/task_link.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/git/git.h"
#include "proto/json/record.h"
#include "proto/record/config.h"
#include "proto/sys/file.h"

static int
target_of(struct orch *o, const struct entry *e, char oid[OID_MAX], char *why, size_t len)
{
	char ref[256] = "";
	struct config c;
	int fd, rc = -1;

	if ((fd = file_open_dir(AT_FDCWD, e->path)) == -1)
		return -1;
	if (config_load(fd, &c, why, len) == 0) {
		snprintf(ref, sizeof(ref), "refs/heads/%s", c.target != NULL ? c.target : "");
		config_release(&c);
		rc = git_ref_read(&o->repo, ref, oid, why, len);
	}
	close(fd);
	return rc;
}

/* A session whose work a person can have merged, and the commit of its target. */
struct candidate {
	struct entry	*e;
	char		 target[OID_MAX];
	bool		 looked;
};

static bool
is_candidate(struct orch *o, struct candidate *c)
{
	const struct state *s = &c->e->state;
	char why[GIT_ERR];

	return !c->e->archived && !c->e->busy && c->e->error == NULL && !status_done(s->status) &&
	    (!status_live(s->status) || s->resolving.target[0] != '\0') && s->merging.target[0] == '\0' &&
	    s->head[0] != '\0' && strcmp(s->head, s->base) != 0 &&
	    target_of(o, c->e, c->target, why, sizeof(why)) == 0 && c->target[0] != '\0' &&
	    strcmp(c->target, s->base) != 0;
}

/* Calls fn for those that the target of the first one has: one process looks for all commits. */
static void
look(struct orch *o, const struct git *g, struct candidate *c, size_t n, void (*fn)(struct orch *, struct entry *))
{
	const char *const argv[] = { "rev-list", "--ignore-missing", "--stdin", NULL };
	char why[GIT_ERR], *missing = NULL;
	struct text in = { 0 };
	size_t i;

	text_printf(&in, "^%s\n", c->target);
	for (i = 0; i < n; i++)
		if (strcmp(c[i].target, c->target) == 0)
			text_printf(&in, "%s\n", c[i].e->state.head);
	if (git_run(g, argv, in.buf, in.len, &missing, NULL, NULL, why, sizeof(why)) == -1)
		n = 0;
	for (i = 0; i < n; i++) {
		const struct state *s = &c[i].e->state;

		if (c[i].looked || strcmp(c[i].target, c->target) != 0)
			continue;
		c[i].looked = true;
		/* this runs several processes: only for work that a person is likely to merge */
		if ((missing == NULL || strstr(missing, s->head) == NULL || s->status == STATUS_APPROVED ||
		    s->status == STATUS_CONFLICT) &&
		    git_contains_change(g, s->base, s->head, c->target, why, sizeof(why)) == 1)
			fn(o, c[i].e);
	}
	free(missing);
	text_free(&in);
}

/* What its agent resolves is resolved already: false, told, when it does not stop. */
static bool
stop(struct entry *e)
{
	bool forced = false;
	int fd = file_open_dir(AT_FDCWD, e->path), rv;

	if (fd == -1)
		return false;
	rv = e->alive ? session_stop(e, fd, &forced) : 0;
	close(fd);
	return rv == 0 && entry_declare(e, STATUS_CANCELLED, "cancelled", "its work was merged by hand meanwhile") != -1;
}

static void
record(struct orch *o, struct entry *e)
{
	char why[GIT_ERR];
	enum merge_outcome m;

	if (status_live(e->state.status) && !stop(e))
		return;
	m = merging_by_hand(o, e, why, sizeof(why));

	if (m == MERGE_MERGED)
		log_info("%s: merged by hand%s%s", e->id, why[0] != '\0' ? ": " : "", why);
	else if (m == MERGE_ERROR)
		log_warnx("%s: was merged by hand, and can't be recorded: %s", e->id, why);
}

void
by_hand_recover(struct orch *o)
{
	struct candidate *c = NULL;
	struct entries es = { 0 };
	char why[GIT_ERR];
	struct git g;
	size_t n = 0;

	if (registry_load(o, false, &es) == 0 && (c = calloc(es.n + 1, sizeof(*c))) != NULL) {
		for (size_t i = 0; i < es.n; i++) {
			c[n].e = &es.v[i];
			n += is_candidate(o, &c[n]);
		}
		if (n > 0 && orch_git(o, &g, why, sizeof(why)) == 0)
			for (size_t i = 0; i < n; i++)
				if (!c[i].looked)
					look(o, &g, &c[i], n - i, record);
	}
	free(c);
	entries_release(&es);
	task_link_recover(o);
}
