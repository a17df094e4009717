/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "orchestrator/merge/merge_internal.h"
#include "orchestrator/session/conflict.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/session/layout.h"

/* A person who merges the target in the worktree gets what the work conflicts with. */
static void
show_target(const struct merge *m)
{
	char *dir = text_format("%s/" SESSION_DIR_GIT, m->req->session_path), why[GIT_ERR];

	if (access(dir, F_OK) == 0 && git_outside_target(&m->git, dir, m->config.target, why, sizeof(why)) == -1)
		log_warnx("%s: %s in the git directory of its worktree is not up to date: %s", m->id, m->config.target, why);
	free(dir);
}

/* Its own worker merges the target into the branch; the result is resolved and reviewed there. */
static enum merge_outcome
give_back(struct merge *m, const char *reason, const char *detail)
{
	struct state *s = &m->state;

	show_target(m);
	conflict_give_back(&m->git, m->req->archive_dir, s, m->old);
	s->resolves++;
	return merge_enter(m, STATUS_RUNNING, reason, detail) == -1 ? MERGE_ERROR :
	    merge_result(m, MERGE_RESOLVE, "%s: %s", m->id, detail);
}

enum merge_outcome
merge_conflict(struct merge *m, const char *reason, const char *fmt, ...)
{
	enum merge_outcome outcome;
	char *detail = NULL;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&detail, fmt, ap) == -1)
		abort();
	va_end(ap);
	show_target(m);
	outcome = merge_enter(m, STATUS_CONFLICT, reason, detail) == -1 ? MERGE_ERROR :
	    merge_result(m, MERGE_CONFLICT, "%s: %s", m->id, detail);
	free(detail);
	return outcome;
}

enum merge_outcome
merge_resolve(struct merge *m, enum conflict_mode mode, const char *reason, const char *detail)
{
	enum merge_outcome outcome;

	if (mode == CONFLICT_RESOLVE && m->state.resolves < m->config.settings.resolves)
		return give_back(m, reason, detail);
	outcome = merge_conflict(m, reason, "%s", detail);
	return outcome != MERGE_CONFLICT ? outcome : merge_result(m, outcome, "%s: %s: " CONFLICT_ADVICE, m->id, detail,
	    CONFLICT_ADVICE_OF(&m->state, m->config.target));
}
