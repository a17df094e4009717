/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <stdlib.h>
#include <string.h>

#include "orchestrator/merge/merging.h"
#include "orchestrator/session/registry.h"
#include "orchestrator/session/retry.h"
#include "orchestrator/session/spawn.h"
#include "orchestrator/source/last_session.h"
#include "orchestrator/workspace/claim.h"
#include "proto/base/log.h"
#include "proto/base/text.h"

/* If this fails execute starts it. */
static void
start_again(struct orch *o, const struct entry *e)
{
	char	why[1024] = "";

	if (worker_spawn(o, e->path, why, sizeof(why)) == -1)
		log_warnx("%s: no worker: %s; orchestrator execute starts it", e->id, why);
}

bool
merging_retry_due(const struct entry *e)
{
	int64_t	attempts;

	return e->error == NULL && e->state.status == STATUS_CONFLICT &&
	    session_retries_conflict(e->path, &attempts) && e->state.attempt < attempts;
}

enum merge_outcome
merging_retry(struct orch *o, struct entry *e, char session[SESSION_ID_MAX])
{
	struct dispatched	made;

	if (retry_session(o, e, NULL, NULL, NULL, &made) != 0)
		return MERGE_ERROR;
	strlcpy(session, made.session, SESSION_ID_MAX);
	dispatched_release(&made);
	return MERGE_RETRIED;
}

static enum merge_outcome
merge(struct orch *o, const struct entry *e, bool leave, bool by_hand, char *why, size_t whylen)
{
	struct merge_request	r = {
		.repo = &o->repo,
		.workspace = o->workspace,
		.session_path = e->path,
		.archive_dir = o->archive,
		.worker = o->worker,
		.leave = leave,
		.by_hand = by_hand,
	};
	enum merge_outcome	rv;

	why[0] = '\0';
	rv = merge_session(&r, why, whylen);
	if (rv == MERGE_RESOLVE)
		start_again(o, e);
	if (merging_done(rv))
		claim_drop(o, e->state.item, e->id);
	return rv;
}

enum merge_outcome
merging_run(struct orch *o, const struct entry *e, bool leave, char *why, size_t whylen)
{
	enum merge_outcome rv = merge(o, e, leave, false, why, whylen);
	size_t n = strlen(e->id);

	if (strncmp(why, e->id, n) == 0 && strncmp(why + n, ": ", 2) == 0)	/* who prints it names the session */
		memmove(why, why + n + 2, strlen(why + n + 2) + 1);
	return rv;
}

enum merge_outcome
merging_by_hand(struct orch *o, const struct entry *e, char *why, size_t whylen)
{
	return merge(o, e, true, true, why, whylen);
}

enum then { DONE, AGAIN, OVER };

#define OUTCOME(name, word, then)	{ word, then },
static const struct { const char *word; enum then then; } outcomes[] = { MERGE_TABLE(OUTCOME) };

bool
merging_done(enum merge_outcome m)
{
	return outcomes[m].then == DONE;
}

bool
merging_again(enum merge_outcome m)
{
	return outcomes[m].then == AGAIN;
}

const char *
merging_word(enum merge_outcome m)
{
	return outcomes[m].word;
}

void
merging_commit(struct orch *o, const char *id, char oid[OID_MAX])
{
	struct entry	 e;
	char		*path = text_format("%s/%s", o->archive, id);

	oid[0] = '\0';
	if (entry_load(&e, path, true) == 0) {
		strlcpy(oid, e.state.merged, OID_MAX);
		entry_release(&e);
	}
	free(path);
}
