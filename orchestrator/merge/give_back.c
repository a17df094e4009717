/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "orchestrator/merge/give_back.h"
#include "orchestrator/session/conflict.h"
#include "orchestrator/session/plan.h"
#include "orchestrator/session/spawn.h"
#include "orchestrator/source/task_link.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/checkout/checkout.h"
#include "proto/record/config.h"
#include "proto/record/item.h"
#include "proto/session/layout.h"
#include "proto/sys/child.h"
#include "proto/sys/file.h"

/* Checks the session on disk; while we hold the lock no process changes it. */
static int
check_status(const char *id, const struct state *s)
{
	if (s->merging.target[0] != '\0')
		log_warnx("session %s: its merge was interrupted; orchestrator merge %s completes it",
		    id, id);
	else if (status_done(s->status))
		log_warnx("session %s is merged: dispatch a new item for further changes", id);
	else if (status_live(s->status))
		log_warnx("session %s is %s: wait until it is over, or orchestrator cancel %s first",
		    id, status_name(s->status), id);
	else
		return 0;
	return EX_USAGE;
}

static int
check_entry(struct entry *e)
{
	if (e->error != NULL) {
		log_warnx("session %s: %s", e->id, e->error);
		return EX_DATAERR;
	}
	if (e->archived && !status_done(e->state.status)) {
		log_warnx("session %s is %s and archived; orchestrator retry %s starts over", e->id,
		    status_name(e->state.status), e->id);
		return EX_USAGE;
	}
	/* First declares the death of a worker. */
	if (entry_dead(e) && e->begun && !state_given_back(&e->state) &&
	    entry_declare(e, STATUS_FAILED, "died", "the worker died") == -1)
		return EX_IOERR;
	return check_status(e->id, &e->state);
}

/* The worktree must still be the session's, with no unfinished operation. */
static int
check_worktree(struct orch *o, const struct entry *e, int sessionfd)
{
	const struct state *s = &e->state;
	const char *half = NULL;
	int fd;

	if (s->worktree == NULL || s->branch == NULL || s->head[0] == '\0' ||
	    access(s->worktree, F_OK) == -1 ||
	    !git_worktree_is(&o->repo, s->worktree, s->branch)) {
		log_warnx("session %s: its worktree was removed or replaced (recorded: %s); orchestrator retry %s starts over",
		    e->id, s->worktree != NULL ? s->worktree : "nothing", e->id);
		return EX_NOINPUT;
	}
	if ((fd = file_open_dir(sessionfd, SESSION_DIR_GIT)) != -1) {
		half = checkout_under_way(fd);
		close(fd);
	}
	if (half == NULL)
		return 0;
	log_warnx("session %s: %s: %s; finish it there first, or abort it", e->id, s->worktree, half);
	return EX_DATAERR;
}

/* As at the beginning of a round; the limit of its time is a new one. */
static void
begin_again(struct state *s, enum give_back how, const char *remarks)
{
	if (how != GIVE_BACK_RESOLVE)
		state_again(s, how == GIVE_BACK_ADOPT ? STEP_COMMIT : STEP_IMPLEMENT);
	s->recoveries = 0;
	s->run[0] = s->role[0] = '\0';
	s->agent_ms = s->agent_since = s->parked_until = 0;
	memset(&s->rescue, 0, sizeof(s->rescue));
	free(s->blocked);
	s->blocked = NULL;
	if (how != GIVE_BACK_RESOLVE) {
		free(s->feedback);
		s->feedback = remarks != NULL ? text_format("%s", remarks) : NULL;
		if (s->resolving.target[0] == '\0')
			state_conflicts_free(s);
	}
	if (remarks != NULL)
		state_remark(s, remarks);
}

/* 0: the target, which state.resolving names, is to be merged in. */
static int
check_conflict(struct orch *o, struct git *g, const struct entry *e, int sessionfd, struct state *s)
{
	char why[GIT_ERR], onto[OID_MAX];
	struct config c;
	int rc;

	if (s->status != STATUS_CONFLICT) {
		log_warnx("session %s is %s, and not in conflict: orchestrator rework %s gives its agent remarks", e->id,
		    status_name(s->status), s->item);
		return EX_USAGE;
	}
	if (config_load(sessionfd, &c, why, sizeof(why)) == -1) {
		log_warnx("session %s: %s", e->id, why);
		return EX_DATAERR;
	}
	rc = git_branch_read(&o->repo, c.target, onto, why, sizeof(why));
	config_release(&c);
	if (rc == -1 || (onto[0] != '\0' && (rc = git_ancestor(g, s->base, onto, why, sizeof(why))) == -1)) {
		log_warnx("session %s: %s", e->id, why);
		return EX_UNAVAILABLE;
	}
	if (onto[0] == '\0' || rc == 0) {
		log_warnx("session %s: %s: orchestrator retry %s begins again", e->id, onto[0] == '\0' ?
		    "its target branch does not exist any more" :
		    "the commit on which it is based was removed from its target", s->item);
		return EX_DATAERR;
	}
	conflict_give_back(g, o->archive, s, onto);
	return 0;
}

static int
check_what(struct orch *o, struct git *g, struct entry *e, int sessionfd, enum give_back how, const struct unjudged *u,
    bool found)
{
	char *what;

	if (how == GIVE_BACK_ADOPT && !found && strcmp(e->state.head, e->state.base) == 0) {
		log_warnx("session %s: there is nothing to judge: %s is as it was in the beginning", e->id,
		    e->state.worktree);
		return EX_DATAERR;
	}
	if (how == GIVE_BACK_RESOLVE && found) {
		what = unjudged_text(u);
		log_warnx("session %s: the worktree has %s: orchestrator adopt %s has that judged as the resolution", e->id,
		    what, e->state.item);
		free(what);
		return EX_DATAERR;
	}
	return how == GIVE_BACK_RESOLVE ? check_conflict(o, g, e, sessionfd, &e->state) : 0;
}

/* The session goes on with the settings as they are now. */
static int
take_settings(struct orch *o, const struct entry *e, int sessionfd)
{
	char why[1024], *text;
	struct config c;
	struct item item;
	size_t len;
	int rv;

	if (config_load(sessionfd, &c, why, sizeof(why)) == -1) {
		log_warnx("session %s: %s", e->id, why);
		return EX_DATAERR;
	}
	if (item_load(sessionfd, &item, why, sizeof(why)) == -1) {
		log_warnx("session %s: %s", e->id, why);
		config_release(&c);
		return EX_DATAERR;
	}
	if ((rv = plan_again(o, &item, &c)) == 0) {
		text = config_text(&c, &len);
		if (file_replace(sessionfd, SESSION_FILE_CONFIG, text, len, FILE_DATA) == -1) {
			log_warn("%s/" SESSION_FILE_CONFIG, e->path);
			rv = EX_IOERR;
		}
		free(text);
	}
	item_release(&item);
	config_release(&c);
	return rv;
}

static char *
detail_of(const struct entry *e, enum give_back how, const char *remarks, const struct unjudged *u)
{
	char line[256], *what, *detail;

	if (how == GIVE_BACK_RESOLVE)
		return text_format("%.12s is merged into the branch", e->state.resolving.target);
	if (how == GIVE_BACK_REWORK) {
		text_first_line(line, sizeof(line), remarks);
		return text_format("%s", line);
	}
	what = unjudged_text(u);
	detail = what != NULL ? text_format("the worktree has %s", what) :
	    text_format("%.12s is judged again", e->state.head);
	free(what);
	return detail;
}

static int
enter(struct entry *e, int sessionfd, enum give_back how, const char *remarks, const struct unjudged *u)
{
	const char *reason = "conflict";
	char *detail = detail_of(e, how, remarks, u);
	int rv = 0;

	if (how == GIVE_BACK_ADOPT)
		reason = "adopted";
	else if (how == GIVE_BACK_REWORK)
		reason = "remarks";
	begin_again(&e->state, how, remarks);
	task_link_reopen(e->path, e->id);
	if ((unlinkat(sessionfd, SESSION_FILE_CANCEL, 0) == -1 && errno != ENOENT) ||
	    state_enter(&e->state, STATUS_RUNNING, reason, detail) == -1 ||
	    state_save(sessionfd, &e->state, true) == -1) {
		log_warn("%s", e->path);
		rv = EX_IOERR;
	} else	/* another command may have seen its former end meanwhile, and closed the task again */
		task_link_reopen(e->path, e->id);
	free(detail);
	return rv;
}

static int
give_back_locked(struct orch *o, struct entry *e, int sessionfd, enum give_back how, const char *remarks,
    struct unjudged *u)
{
	char why[GIT_ERR] = "";
	struct state s;
	struct git g;
	int rv;

	if (state_load(sessionfd, &s, why, sizeof(why)) == -1) {
		log_warnx("session %s: %s", e->id, why);
		return EX_DATAERR;
	}
	state_release(&e->state);
	e->state = s;
	if ((rv = check_status(e->id, &e->state)) != 0 ||
	    (rv = check_worktree(o, e, sessionfd)) != 0)
		return rv;
	if (proc_kill_session(e->id, e->path, NULL, false) == -1) {
		log_warnx("session %s: some of its processes can't be ended; end them first", e->id);
		return EX_OSERR;
	}
	if (orch_git(o, &g, why, sizeof(why)) == -1 ||
	    (rv = unjudged_find(u, &g, e->path, &e->state, false, why, sizeof(why))) == -1) {
		log_warnx("session %s: %s", e->id, why);
		return EX_UNAVAILABLE;
	}
	if ((rv = check_what(o, &g, e, sessionfd, how, u, rv == 1)) != 0 || (rv = take_settings(o, e, sessionfd)) != 0)
		return rv;
	return enter(e, sessionfd, how, remarks, u);
}

int
give_back(struct orch *o, struct entry *e, enum give_back how, const char *remarks, struct unjudged *u)
{
	char why[1024] = "";
	int fd, lock, rv;

	memset(u, 0, sizeof(*u));
	if ((rv = check_entry(e)) != 0)
		return rv;
	if ((lock = entry_lock_ended(e->path, &fd)) == -1) {
		log_warnx("session %s: " SESSION_FILE_LOCK ": %s", e->id, errno == EAGAIN ?
		    "another process holds it; try again" : strerror(errno));
		return errno == EAGAIN ? EX_TEMPFAIL : EX_NOINPUT;
	}
	rv = give_back_locked(o, e, fd, how, remarks, u);
	close(lock);
	close(fd);
	if (rv == 0 && worker_spawn(o, e->path, why, sizeof(why)) == -1) {
		log_warnx("session %s: no worker: %s; orchestrator execute starts it", e->id, why);
		rv = EX_UNAVAILABLE;
	}
	return rv;
}
