/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "orchestrator/execute/flow.h"
#include "orchestrator/session/retry.h"

int
flow_entry(struct orch *o, const char *session, struct entry *e)
{
	const char *const dirs[] = { o->sessions, o->archive, o->sessions };
	char *path;
	int rv = -1;

	/* It may be moved while it is looked for. */
	for (size_t i = 0; rv == -1 && i < sizeof(dirs) / sizeof(dirs[0]); i++) {
		path = text_format("%s/%s", dirs[i], session);
		rv = entry_load(e, path, dirs[i] == o->archive);
		free(path);
	}
	return rv;
}

/* Is it worth another session? Not what somebody stopped or is to look at, nor a conflict that
 * is to stay one. */
bool
flow_again(const struct flow *f, const struct task *t, int64_t *attempt)
{
	struct entry e;
	int64_t most;
	bool again;

	if (f->attempts == 0 || t->session[0] == '\0' || flow_entry(f->o, t->session, &e) == -1)
		return false;
	*attempt = e.state.attempt > 0 ? e.state.attempt : 1;
	again = status_ended(e.state.status) && e.state.status != STATUS_CANCELLED &&
	    e.state.status != STATUS_MERGED && e.state.status != STATUS_UNKNOWN &&
	    *attempt < f->attempts &&
	    (e.state.status != STATUS_CONFLICT || retry_on_conflict(&e, &most));
	entry_release(&e);
	return again;
}
