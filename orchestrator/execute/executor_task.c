/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "orchestrator/execute/executor.h"
#include "orchestrator/session/registry.h"
#include "orchestrator/source/last_session.h"
#include "proto/base/text.h"
#include "proto/plan/streams.h"

int
executor_entry(struct orch *o, const char *session, struct entry *e)
{
	const char *const dirs[] = { o->sessions, o->archive, o->sessions };
	char *path;
	int rv = -1;

	/* The session may be moved during the search. */
	for (size_t i = 0; rv == -1 && i < sizeof(dirs) / sizeof(dirs[0]); i++) {
		path = text_format("%s/%s", dirs[i], session);
		rv = entry_load(e, path, dirs[i] == o->archive);
		free(path);
	}
	return rv;
}

bool
executor_again(const struct executor *f, const struct task *t, int64_t *attempt)
{
	struct last_session last;
	bool again;

	if (f->attempts == 0 || t->session[0] == '\0' || last_session_load(f->o, t->session, &last) == -1)
		return false;
	again = last_session_again(&last, f->attempts, attempt);
	last_session_release(&last);
	return again;
}

struct work
executor_work(const struct task *t)
{
	return (struct work){ .paths = &t->item.allowed_paths, .alone = !t->parallelizable,
		.trusted = t->phase[0] != '\0' && strcmp(t->phase, stream_phase_name(STREAM_PARALLEL)) == 0 };
}

bool
executor_follows(const struct tasklist *l, const struct task *t)
{
	char item[SESSION_ID_MAX];

	return t->session[0] != '\0' && entry_item(t->session, item, sizeof(item)) &&
	    strcmp(item, t->item.id) != 0 && tasklist_find(l, item) != TASK_NONE;
}

bool
executor_elsewhere(const struct task *t)
{
	return t->status == TASK_BLOCKED && t->session[0] == '\0';
}
