/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "orchestrator/source/last_session.h"
#include "proto/base/text.h"
#include "proto/json/record.h"
#include "proto/record/config.h"
#include "proto/sys/file.h"

static int
load(const char *path, struct last_session *l)
{
	int fd = file_open_dir(AT_FDCWD, path);
	char why[RECORD_ERR];
	struct config c;

	if (fd == -1)
		return -1;
	if (state_load(fd, &l->state, why, sizeof(why)) == -1)
		memset(&l->state, 0, sizeof(l->state));
	if (config_load(fd, &c, why, sizeof(why)) == 0) {
		strlcpy(l->target, c.target == NULL ? "" : c.target, sizeof(l->target));
		l->retries = (strcmp(l->state.reason, "gate") == 0 ? c.settings.on_gate : c.settings.on_conflict) ==
		    CONFLICT_RETRY;
		l->allowed = c.settings.attempts;
		config_release(&c);
	}
	close(fd);
	return 0;
}

int
last_session_load(const struct orch *o, const char *session, struct last_session *l)
{
	const char *const dirs[] = { o->sessions, o->archive, o->sessions };
	char *path;
	int rv = -1;

	memset(l, 0, sizeof(*l));
	if (!session_id_valid(session))
		return -1;
	/* The session may be moved during the search. */
	for (size_t i = 0; rv == -1 && i < sizeof(dirs) / sizeof(dirs[0]); i++) {
		path = text_format("%s/%s", dirs[i], session);
		rv = load(path, l);
		free(path);
	}
	return rv;
}

void
last_session_release(struct last_session *l)
{
	state_release(&l->state);
}

/* False for a session that was cancelled, was blocked or needs a person, and for a conflict that is not retried. */
bool
last_session_again(const struct last_session *l, int64_t attempts, int64_t *attempt)
{
	enum status_again again = status_traits(l->state.status)->again;

	*attempt = l->state.attempt > 0 ? l->state.attempt : 1;
	return *attempt < attempts && strcmp(l->state.reason, "blocked") != 0 && (again == AGAIN_YES || (again == AGAIN_SET && l->retries));
}

bool
session_retries_conflict(const char *path, int64_t *attempts)
{
	struct last_session l = { .allowed = 0 };
	bool yes = load(path, &l) == 0 && l.retries;

	*attempts = l.allowed;
	last_session_release(&l);
	return yes;
}
