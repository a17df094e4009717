/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "orchestrator/session/place.h"
#include "orchestrator/session/plan.h"
#include "orchestrator/session/prompt.h"
#include "orchestrator/session/registry.h"
#include "orchestrator/session/spawn.h"
#include "orchestrator/session/spawn_dir.h"
#include "orchestrator/session/window.h"
#include "orchestrator/source/source.h"
#include "orchestrator/source/task_link.h"
#include "orchestrator/source/tasks.h"
#include "orchestrator/workspace/claim.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/clock.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/record/config.h"
#include "proto/session/layout.h"

static int64_t
next_attempt(struct orch *o, const char *item)
{
	struct entry e;
	int64_t n = 1;

	if (registry_newest(o, item, &e) == 0) {
		n = e.state.attempt + 1;
		entry_release(&e);
	}
	return n;
}

/* Branches of sessions that are not recorded any more stay. */
static void
pass_branches(struct orch *o, struct config *c)
{
	c->attempt = place_attempt(o, &c->settings, c->item, c->attempt);
	free(c->branch);
	c->branch = place_branch(o, &c->settings, c->item, c->attempt);
}

/* The list's own budget replaces that of the settings. */
static void
take_budget(const struct orch *o, struct config *c)
{
	const struct tasklist *l = c->list != NULL ? tasks_head(o->workspace, c->list) : NULL;

	if (l != NULL && (l->budget.tokens != 0 || l->budget.microusd != 0))
		c->settings.budget[BUDGET_LIST] = l->budget;
}

static void
fill(struct orch *o, const struct dispatch *d, struct config *c)
{
	strlcpy(c->item, d->item->id, sizeof(c->item));
	session_id_make(c->session, sizeof(c->session), c->item);
	c->attempt = d->attempt > 0 ? d->attempt : next_attempt(o, c->item);
	c->branch = place_branch(o, &c->settings, c->item, c->attempt);
	c->worktree = place_path(o, c->item, d->item->worktree);
	c->agent = d->agent != NULL ? text_format("%s", d->agent) : NULL;
	c->review = d->review != NULL ? text_format("%s", d->review) : NULL;
	c->list = d->list != NULL ? text_format("%s", d->list) : NULL;
	take_budget(o, c);
	c->retry_of = d->retry_of != NULL ? text_format("%s", d->retry_of) : NULL;
	c->findings = d->findings != NULL ? text_format("%s", d->findings) : NULL;
	c->created_at = clock_wall();
}

/* Takes the claim and returns its descriptor, or -1 with the error printed and *status set. */
static int
take_claim(struct orch *o, const struct config *c, int *status)
{
	char holder[SESSION_ID_MAX];
	int fd;

	*status = 0;
	if ((fd = claim_take(o, c->item, c->session, holder, sizeof(holder))) != -1) {
		if (holder[0] != '\0') {
			spawn_dir_drop(o, holder);
			place_drop_leftover(o, c->worktree, c->branch, c->base);
		}
		return fd;
	}
	if (errno == EEXIST) {
		if (c->retry_of != NULL)
			log_warnx("session %s is an earlier attempt at item %s: %s is a later one; orchestrator show %s says what can be "
			    "done about it", c->retry_of, c->item, holder, c->item);
		else
			log_warnx("item %s: session %s has it; see \"orchestrator status %s\", then merge, cancel or retry the "
			    "session", c->item, holder, holder);
		*status = EX_CANTCREAT;
	} else {
		log_warnx("%s/" STATE_CLAIMS "/%s: %s; make it writable, or set ORCHESTRATOR_HOME",
		    o->workspace, c->item, strerror(errno));
		*status = orch_status(errno);
	}
	return -1;
}

/* Makes the directory and starts the worker; undoes this if the worker does not start. */
static int
bring_to_life(struct orch *o, const struct dispatch *d, const struct config *c,
    const struct prompts *p, bool *stays)
{
	char *path, reason[1024];
	int status = 0;

	/* First the list: a session unknown to the list would be repeated. */
	if (d->list != NULL && (status = task_link_open(o, d->list, d->item, c->session)) != 0)
		return status;
	path = text_format("%s/%s", o->sessions, c->session);
	if (spawn_dir_make(o, c, d->item, p, reason, sizeof(reason)) == -1) {
		status = orch_status(errno);
		log_warnx("%s", reason);
	} else if (worker_spawn(o, path, reason, sizeof(reason)) == -1) {
		status = EX_UNAVAILABLE;
		log_warnx("session %s: %s", c->session, reason);
	}
	/* Another process that saw the session may have started it. */
	*stays = status != 0 && spawn_dir_drop(o, c->session) == -1;
	if (*stays)
		log_warnx("session %s: the parts already made stay; execute completes it, cancel abandons it", c->session);
	free(path);
	return status;
}

/* Claims the item, and the other tasks of the list that go with it. */
static int
claim_tasks(struct orch *o, const struct dispatch *d)
{
	const struct parts *p = &d->item->parts;
	int status = source_claim(o, d->list, d->item->id);

	for (size_t i = 0; status == 0 && i < p->n; i++)
		if (strcmp(p->v[i].list, d->list) == 0 && strcmp(p->v[i].id, d->item->id) != 0)
			status = source_claim(o, d->list, p->v[i].id);
	return status;
}

static void
drop_tasks(struct orch *o, const struct dispatch *d, const char *session)
{
	const struct parts *p = &d->item->parts;

	task_link_drop(o, d->list, d->item->id, session);
	for (size_t i = 0; i < p->n; i++)
		if (strcmp(p->v[i].list, d->list) == 0 && strcmp(p->v[i].id, d->item->id) != 0)
			source_release(o, d->list, p->v[i].id);
}

static int
make_session(struct orch *o, const struct dispatch *d, struct config *c,
    const struct prompts *p)
{
	bool stays = false, left = false;
	int claim, status;

	if ((claim = take_claim(o, c, &status)) == -1)
		return status;
	pass_branches(o, c);
	if (d->list != NULL)
		status = claim_tasks(o, d);
	if (status == 0 && (status = place_make(o, c->worktree, c->branch, c->base)) == 0) {
		status = bring_to_life(o, d, c, p, &stays);
		left = status != 0 && !stays &&
		    place_drop(o, c->worktree, c->branch, c->base) == -1;
	}
	if (status != 0 && !stays && d->list != NULL)
		drop_tasks(o, d, c->session);
	/* A process that finds a claim without a session cleans up (claim_take, orphans.h). */
	if (status != 0 && !stays && !left)
		claim_drop(o, c->item, c->session);
	close(claim);
	return status;
}

int
dispatch_item(struct orch *o, const struct dispatch *d, struct dispatched *out)
{
	struct prompts prompts;
	struct config config;
	int status;

	memset(out, 0, sizeof(*out));
	if ((status = orch_make(o)) != 0 || (status = plan_make(o, d, &config)) != 0)
		return status;
	orch_tell_unconfined(o, &config.settings);
	orch_tell_behind(o, config.target);
	if ((status = prompts_make(o, d, config.base, &prompts)) == 0) {
		fill(o, d, &config);
		if ((status = make_session(o, d, &config, &prompts)) == 0) {
			strlcpy(out->session, config.session, sizeof(out->session));
			out->path = text_format("%s/%s", o->sessions, config.session);
			out->worktree = text_format("%s", config.worktree);
			out->branch = text_format("%s", config.branch);
			out->target = text_format("%s", config.target);
			window_open(o, &config);
		}
		prompts_release(&prompts);
	}
	config_release(&config);
	return status;
}

void
dispatched_release(struct dispatched *d)
{
	free(d->path);
	free(d->worktree);
	free(d->branch);
	free(d->target);
	memset(d, 0, sizeof(*d));
}
