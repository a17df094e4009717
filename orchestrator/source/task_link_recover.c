/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "orchestrator/source/task_link.h"
#include "orchestrator/source/task_link_change.h"
#include "orchestrator/source/tasks.h"
#include "orchestrator/workspace/claim.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/json/record.h"
#include "proto/record/state.h"
#include "proto/session/layout.h"
#include "proto/sys/dir.h"
#include "proto/sys/file.h"

/* The state of a session in one of an instance's directories: 1, or 0 when it is not there. */
static int
state_in(int workspacefd, const char *instance, const char *where, const char *session,
    enum status *status)
{
	char *path = text_format("%s/%s/%s", instance, where, session), why[RECORD_ERR];
	struct state state;
	int fd = file_open_dir(workspacefd, path);

	free(path);
	if (fd == -1)
		return 0;
	/* Not begun yet, or unreadable: it is not known to have ended. */
	*status = STATUS_PENDING;
	if (state_load(fd, &state, why, sizeof(why)) == 0) {
		*status = state.status;
		state_release(&state);
	}
	close(fd);
	return 1;
}

static bool
find_session(const char *workspace, const char *session, enum status *status)
{
	const struct dirent *e;
	bool found = false;
	DIR *d = opendir(workspace);

	while (!found && (e = dir_next(d)) != NULL)
		if (state_is_instance(e->d_name))
			/* The archive comes last, since the session may be moving there. */
			found = state_in(dirfd(d), e->d_name, STATE_SESSIONS, session, status) ||
			    state_in(dirfd(d), e->d_name, STATE_ARCHIVE, session, status);
	dir_close(d);
	return found;
}

/* The list records a session before it is made, which may happen during the check of the claim. */
static bool
known(const char *workspace, const char *session, enum status *status)
{
	if (find_session(workspace, session, status))
		return true;
	*status = STATUS_PENDING;
	return claim_under_way(workspace, session) || find_session(workspace, session, status);
}

/* The end of a task's session that was not recorded; false: none. */
static bool
owed(const char *workspace, const struct task *t, struct task_link_change *c)
{
	enum status status;

	*c = (struct task_link_change){ .session = t->session };
	if (t->session[0] == '\0' || t->status != TASK_IN_PROGRESS)
		return false;
	if (known(workspace, t->session, &status)) {
		if (!status_ended(status))
			return false;
		c->to = task_link_outcome(status);
		c->reason = status_name(status);
	} else {
		c->to = TASK_PENDING;
		c->reason = TASK_LINK_NEVER_WAS;
	}
	return true;
}

static int
recover_list(void *arg, const char *id)
{
	const char *workspace = arg;
	struct task_link_change c;
	const struct tasklist *l = tasks_head(workspace, id);
	bool good = false;

	if (l != NULL && l->working != 0)
		l = tasks_see(workspace, id, &good);
	for (size_t i = 0; l != NULL && good && i < l->n; i++) {
		if (!owed(workspace, &l->v[i], &c))
			continue;
		tasks_change(workspace, id, task_link_enter, &c);
		if (c.done)
			log_info("task %s: IN_PROGRESS -> %s (%s: %s)", l->v[i].item.id,
			    task_status_name(c.to), c.session, c.reason);
	}
	return 0;
}

void
task_link_settle(struct orch *o, struct tasklist *l)
{
	char session[SESSION_ID_MAX];
	struct task_link_change c;

	for (size_t i = 0; i < l->n; i++)
		if (owed(o->workspace, &l->v[i], &c)) {
			strlcpy(session, c.session, sizeof(session));
			c.session = session;	/* the task's own field is emptied */
			task_link_enter(l, &c);
		}
}

void
task_link_recover(struct orch *o)
{
	tasks_each(o->workspace, recover_list, o->workspace);
}
