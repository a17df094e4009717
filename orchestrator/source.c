/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "orchestrator/source.h"
#include "orchestrator/tasks.h"
#include "proto/file.h"
#include "proto/log.h"
#include "proto/record.h"
#include "proto/state.h"

#define NEVER_WAS	"its session never came to life"

/* A change of one task's status; it is done when the task still has (or may get) the session. */
struct change {
	const char	*item, *session;
	enum task_status to;
	const char	*reason;
	bool		 done;
};

/* 1: nothing to write. */
static int
enter(struct tasklist *l, void *arg)
{
	struct change *c = arg;
	size_t i = tasklist_find(l, c->item);
	struct task *t;

	if (i == TASK_NONE)
		return 1;
	t = &l->v[i];
	if (strcmp(t->session, c->session) != 0 || t->status == c->to ||
	    (t->status != TASK_IN_PROGRESS && c->to != TASK_COMPLETE))
		return 1;
	if (task_enter(t, c->to, c->session, c->reason) == -1)
		return 1;
	if (c->to == TASK_PENDING)
		t->session[0] = '\0';
	c->done = true;
	return 0;
}

static enum task_status
outcome(enum status s)
{
	return s == STATUS_MERGED ? TASK_COMPLETE : s == STATUS_CONFLICT ? TASK_BLOCKED :
	    TASK_FAILED;
}

/* Lists are read in silence here: whoever works with one is told that it is damaged. */
static bool
read_list(const char *workspace, const char *id, struct tasklist *l)
{
	char why[RECORD_ERR];
	int fd, rv;

	if ((fd = tasks_dir(workspace, false)) == -1)
		return false;
	rv = tasklist_load(fd, id, l, why, sizeof(why));
	close(fd);
	return rv == 0;
}

struct search {
	const char	*workspace, *item, *session;
	char		*list;
	size_t		 n;
};

static int
has_task(void *arg, const char *id)
{
	struct search *s = arg;
	struct tasklist l;
	const struct task *t;
	size_t i;

	if (!tasks_mention(s->workspace, id, s->session != NULL ? s->session : s->item) ||
	    !read_list(s->workspace, id, &l))
		return 0;
	if ((i = tasklist_find(&l, s->item)) != TASK_NONE) {
		t = &l.v[i];
		if (s->session == NULL || (strcmp(t->session, s->session) == 0 &&
		    t->status != TASK_COMPLETE)) {
			strlcpy(s->list, id, TASKLIST_ID_MAX);
			s->n++;
		}
	}
	tasklist_release(&l);
	return 0;
}

void
source_list(struct orch *o, const char *item, const char *session, char list[TASKLIST_ID_MAX])
{
	struct search s = { .workspace = o->workspace, .item = item, .session = session,
		.list = list };

	list[0] = '\0';
	tasks_each(o->workspace, has_task, &s);
}

/* May the task begin?  0, or the reason is printed. */
static int
may_begin(const struct tasklist *l, size_t i)
{
	const struct task *t = &l->v[i];
	struct taskgraph g;
	char why[RECORD_ERR], *waits;

	if (!task_legal(t->status, TASK_IN_PROGRESS)) {
		if (t->status == TASK_IN_PROGRESS && t->session[0] != '\0')
			log_warnx("task %s is IN_PROGRESS: session %s has it; see \"orchestrator "
			    "status %s\"", t->item.id, t->session, t->session);
		else
			log_warnx("task %s is %s; orchestrator tasks reopen %s begins again",
			    t->item.id, task_status_name(t->status), t->item.id);
		return EX_CANTCREAT;
	}
	if (taskgraph_make(&g, l, why, sizeof(why)) == -1) {
		log_warnx("task list %s: %s", l->id, why);
		return EX_DATAERR;
	}
	waits = tasks_waits_for(&g, i);
	taskgraph_release(&g);
	if (waits == NULL)
		return 0;
	log_warnx("task %s waits for %s, which must be COMPLETE first", t->item.id, waits);
	free(waits);
	return EX_UNAVAILABLE;
}

int
source_item(struct orch *o, const char *id, struct item *item, char list[TASKLIST_ID_MAX])
{
	struct search s = { .workspace = o->workspace, .item = id, .list = list };
	struct tasklist l;
	size_t i;
	int rv;

	list[0] = '\0';
	source_recover(o);
	tasks_each(o->workspace, has_task, &s);
	if (s.n == 0)
		return 0;
	if (s.n > 1)	/* which says so */
		return tasks_find_task(o, NULL, id, list);
	if ((rv = tasks_load(o->workspace, list, &l)) != 0)
		return rv;
	if ((rv = tasks_need(&l, id, &i)) == 0 && (rv = may_begin(&l, i)) == 0) {
		/* Its raw has the members of a task, which are none of an item. */
		json_free(l.v[i].item.raw);
		l.v[i].item.raw = NULL;
		item_release(item);
		*item = l.v[i].item;
		memset(&l.v[i].item, 0, sizeof(l.v[i].item));
	}
	tasklist_release(&l);
	return rv;
}

static int
open_task(struct tasklist *l, void *arg)
{
	struct change *c = arg;
	size_t i;
	int rv;

	if ((rv = tasks_need(l, c->item, &i)) != 0 || (rv = may_begin(l, i)) != 0)
		return rv;
	task_enter(&l->v[i], TASK_IN_PROGRESS, c->session, NULL);
	strlcpy(l->v[i].session, c->session, sizeof(l->v[i].session));
	return 0;
}

int
source_open(struct orch *o, const char *list, const char *item, const char *session)
{
	struct change c = { .item = item, .session = session };

	return tasks_change(o->workspace, list, open_task, &c);
}

void
source_drop(struct orch *o, const char *list, const char *item, const char *session)
{
	struct change c = { .item = item, .session = session, .to = TASK_PENDING,
		.reason = NEVER_WAS };

	tasks_change(o->workspace, list, enter, &c);
}

void
source_close(const char *path, const char *item, const char *session, enum status status)
{
	struct change c = { .item = item, .session = session, .to = outcome(status),
		.reason = status_name(status) };
	char list[TASKLIST_ID_MAX], *workspace;
	struct search s = { .item = item, .session = session, .list = list };

	if (!status_ended(status))
		return;
	/* workspace/instance/isolated-sessions/session */
	workspace = text_format("%s", path);
	for (int i = 0; i < 3; i++)
		if (strrchr(workspace, '/') != NULL)
			*strrchr(workspace, '/') = '\0';
	s.workspace = workspace;
	tasks_each(workspace, has_task, &s);
	if (s.n > 0)
		tasks_change(workspace, list, enter, &c);
	free(workspace);
}

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
	/* Not begun yet, or unreadable: nothing is known to have ended. */
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
	DIR *d;

	if ((d = opendir(workspace)) == NULL)
		return false;
	while (!found && (e = readdir(d)) != NULL)
		if (strncmp(e->d_name, "instance-", 9) == 0)
			/* The archive last: it may be moved there just now. */
			found = state_in(dirfd(d), e->d_name, "isolated-sessions", session, status) ||
			    state_in(dirfd(d), e->d_name, "archive", session, status);
	closedir(d);
	return found;
}

/* A quick look at the text, since nearly always there is nothing to recover. */
static bool
has_begun(const char *workspace, const char *id)
{
	static const char key[] = "\"status\"", value[] = "\"IN_PROGRESS\"";
	char *path = tasks_path(workspace, id), *buf, *p;
	bool found = false;
	size_t len;

	if (file_read(AT_FDCWD, path, TASKLIST_MAX_RECORD, &buf, &len) == 0) {
		for (p = buf; !found && (p = strstr(p, key)) != NULL;) {
			p += strlen(key);
			p += strspn(p, " \t\r\n:");
			found = strncmp(p, value, strlen(value)) == 0;
		}
		free(buf);
	}
	free(path);
	return found;
}

static int
recover_list(void *arg, const char *id)
{
	const char *workspace = arg;
	enum status status;
	struct tasklist l;

	if (!has_begun(workspace, id) || !read_list(workspace, id, &l))
		return 0;
	for (size_t i = 0; i < l.n; i++) {
		const struct task *t = &l.v[i];
		struct change c = { .item = t->item.id, .session = t->session };

		if (t->session[0] == '\0' || t->status != TASK_IN_PROGRESS)
			continue;
		if (find_session(workspace, t->session, &status)) {
			if (!status_ended(status))
				continue;
			c.to = outcome(status);
			c.reason = status_name(status);
		} else {
			c.to = TASK_PENDING;
			c.reason = NEVER_WAS;
		}
		tasks_change(workspace, id, enter, &c);
		if (c.done)
			log_info("task %s: IN_PROGRESS -> %s (%s: %s)", c.item,
			    task_status_name(c.to), c.session, c.reason);
	}
	tasklist_release(&l);
	return 0;
}

void
source_recover(struct orch *o)
{
	tasks_each(o->workspace, recover_list, o->workspace);
}
