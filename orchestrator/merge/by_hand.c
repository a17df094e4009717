/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "orchestrator/merge/by_hand.h"
#include "orchestrator/merge/merging.h"
#include "orchestrator/session/stop.h"
#include "orchestrator/source/last_session.h"
#include "orchestrator/source/task_link.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/log.h"
#include "proto/git/git.h"
#include "proto/sys/file.h"

/* Is the session's work in its target?  Only approved work counts: an agent may name the commits of another session as
 * its own. */
static bool
is_merged(struct orch *o, const struct git *g, const struct entry *e)
{
	const struct state *s = &e->state;
	char why[GIT_ERR], target[OID_MAX];
	struct last_session last;
	bool known = last_session_load(o, e->id, &last) == 0 &&
	    git_branch_read(&o->repo, last.target, target, why, sizeof(why)) == 0;

	last_session_release(&last);
	return known && target[0] != '\0' && strcmp(target, s->base) != 0 &&
	    git_contains_change(g, s->base, s->head, target, why, sizeof(why)) == 1;
}

/* While a conflict is being resolved, and where that has failed, the head is the approved one. */
static bool
is_resolving(const struct state *s)
{
	return s->resolving.target[0] != '\0' && s->status != STATUS_REJECTED && s->status != STATUS_MERGED &&
	    strcmp(s->reason, "isolation-breach") != 0;
}

static bool
is_candidate(const struct entry *e)
{
	const struct state *s = &e->state;

	return !e->archived && !e->busy && e->error == NULL && (s->status == STATUS_APPROVED ||
	    s->status == STATUS_CONFLICT || is_resolving(s)) &&
	    s->merging.target[0] == '\0' && s->head[0] != '\0' && strcmp(s->head, s->base) != 0;
}

/* Stops a session whose conflict a person has resolved: false when its worker does not stop, or has ended by itself. */
static bool
stop(struct entry *e)
{
	bool forced = false;
	int fd = file_open_dir(AT_FDCWD, e->path), rv;
	struct entry now;

	if (fd == -1)
		return false;
	rv = e->alive ? session_stop(e, fd, &forced) : 0;
	close(fd);
	if (rv != 0 || entry_load(&now, e->path, false) == -1)
		return false;
	if (now.error == NULL && status_live(now.state.status))
		rv = entry_declare(&now, STATUS_CANCELLED, "cancelled", "its work was merged by hand meanwhile");
	rv = rv != -1 && now.error == NULL && now.state.status == STATUS_CANCELLED;
	entry_release(&now);
	return rv == 1;
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
	struct entries es = { 0 };
	char why[GIT_ERR];
	struct git g;
	bool ready = false;

	registry_load(o, false, &es);
	for (size_t i = 0; i < es.n; i++) {
		if (!is_candidate(&es.v[i]))
			continue;
		if (!ready && orch_git(o, &g, why, sizeof(why)) == -1)
			break;
		ready = true;
		if (is_merged(o, &g, &es.v[i]))
			record(o, &es.v[i]);
	}
	entries_release(&es);
	task_link_recover(o);
}
