/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "orchestrator/merge/merge_internal.h"
#include "orchestrator/session/conflict.h"

/* Its own worker merges the target into the branch; the result is resolved and reviewed there. */
static enum merge_outcome
give_back(struct merge *m, const char *reason, const char *detail)
{
	struct state *s = &m->state;

	conflict_give_back(&m->git, m->req->archive_dir, s, m->old);
	s->resolves++;
	return merge_enter(m, STATUS_RUNNING, reason, detail) == -1 ? MERGE_ERROR :
	    merge_says(m, MERGE_RESOLVE, "%s: %s", m->id, detail);
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
	outcome = merge_enter(m, STATUS_CONFLICT, reason, detail) == -1 ? MERGE_ERROR :
	    merge_says(m, MERGE_CONFLICT, "%s: %s", m->id, detail);
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
	return outcome != MERGE_CONFLICT ? outcome : merge_says(m, outcome, "%s: %s: " CONFLICT_ADVICE, m->id, detail,
	    CONFLICT_ADVICE_OF(&m->state, m->config.target));
}
