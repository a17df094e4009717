/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <stdlib.h>
#include <string.h>

#include "orchestrator/merging.h"

enum merge_outcome
merging_run(struct orch *o, const struct entry *e, char *why, size_t whylen)
{
	struct merge_request	r = {
		.repo = &o->repo,
		.workspace = o->workspace,
		.session_path = e->path,
		.archive_dir = o->archive,
		.worker = o->worker,
	};
	enum merge_outcome	rv;

	why[0] = '\0';
	rv = merge_session(&r, why, whylen);
	if (merging_done(rv))
		claim_drop(o, e->state.item, e->id);
	return rv;
}

bool
merging_done(enum merge_outcome m)
{
	return m == MERGE_MERGED || m == MERGE_NOTHING;
}

bool
merging_again(enum merge_outcome m)
{
	return m == MERGE_BLOCKED || m == MERGE_ERROR || m == MERGE_NOT_APPROVED;
}

const char *
merging_word(enum merge_outcome m)
{
	switch (m) {
	case MERGE_MERGED:
		return "merged";
	case MERGE_NOTHING:
		return "nothing to merge";
	case MERGE_CONFLICT:
		return "conflict";
	case MERGE_GATE:
		return "failed (gate)";
	case MERGE_BLOCKED:
		return "blocked";
	case MERGE_ERROR:
		return "error";
	case MERGE_BUSY:
		return "busy";
	case MERGE_NOT_APPROVED:
		return "not approved";
	}
	return "?";
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
