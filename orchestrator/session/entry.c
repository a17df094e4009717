/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "orchestrator/session/registry.h"
#include "orchestrator/session/trash.h"
#include "orchestrator/source/task_link.h"
#include "proto/base/array.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/json/record.h"
#include "proto/record/config.h"
#include "proto/session/layout.h"
#include "proto/sys/child.h"
#include "proto/sys/file.h"
#include "proto/sys/lock.h"

#define SESSION_PREFIX	"session-"
#define SESSION_SUFFIX	7		/* -xxxxxx */

bool
entry_item(const char *session, char *item, size_t len)
{
	size_t	n, prefix = strlen(SESSION_PREFIX);

	if (!session_id_valid(session))
		return false;
	n = strlen(session) - prefix - SESSION_SUFFIX;
	if (n >= len)
		return false;
	memcpy(item, session + prefix, n);
	item[n] = '\0';
	return true;
}

bool
entry_dead(const struct entry *e)
{
	return e->error == NULL && !e->archived && !e->alive && !e->busy && !e->state.parked &&
	    status_live(e->state.status);
}

int64_t
entry_approved_at(const struct entry *e)
{
	for (size_t i = 0; i < e->state.nhistory; i++)
		if (e->state.history[i].to == STATUS_APPROVED)
			return e->state.history[i].at;
	return e->state.status == STATUS_APPROVED ? e->state.updated_at : 0;
}

bool
entry_mergeable(const struct entry *e)
{
	return !e->archived && e->error == NULL && (status_approved(e->state.status) ||
	    e->state.merging.target[0] != '\0');
}

int
entry_probe(struct entry *e, int sessionfd)
{
	char	*buf;
	size_t	 len;
	int	 held, error;
	bool	 worker = true;

	e->alive = e->busy = e->begun = false;
	held = lock_held(sessionfd, SESSION_FILE_LOCK, &e->pid);
	error = errno;
	/* Read after the probe: the holder's text is complete by then, or still empty. */
	if (file_read(sessionfd, SESSION_FILE_LOCK, 128, &buf, &len) == 0) {
		e->begun = len > 0;
		worker = strncmp(buf, "orchestrator", 12) != 0;
		free(buf);
	}
	if (held == 1) {
		e->alive = worker;
		e->busy = !worker;
		e->begun = true;
	} else
		e->pid = 0;
	errno = error;
	return held == -1 ? -1 : 0;
}

/* The state of a session in which no worker has run yet: a zeroed state is pending. */
static int
load_pending(struct state *s, int fd, const char *id, char *why, size_t whylen)
{
	struct config	 c;
	int		 rv;

	memset(s, 0, sizeof(*s));
	rv = config_load(fd, &c, why, whylen);
	if (rv == 0) {
		strlcpy(s->session, id, sizeof(s->session));
		strlcpy(s->item, c.item, sizeof(s->item));
		strlcpy(s->base, c.base, sizeof(s->base));
		s->attempt = c.attempt;
		s->created_at = c.created_at;
		s->branch = c.branch == NULL ? NULL : text_format("%s", c.branch);
		s->worktree = c.worktree == NULL ? NULL : text_format("%s", c.worktree);
	}
	config_release(&c);
	return rv;
}

static int
load_state(struct state *s, int fd, const char *id, char *why, size_t whylen)
{
	if (state_load(fd, s, why, whylen) == 0)
		return 0;
	if (errno != ENOENT)
		return -1;
	return load_pending(s, fd, id, why, whylen);
}

int
entry_load(struct entry *e, const char *path, bool archived)
{
	char		 why[RECORD_ERR] = "";
	const char	*id;
	int		 fd, error = 0;

	memset(e, 0, sizeof(*e));
	id = strrchr(path, '/');
	id = id == NULL ? path : id + 1;
	if (!session_id_valid(id) || (fd = file_open_dir(AT_FDCWD, path)) == -1)
		return -1;
	strlcpy(e->id, id, sizeof(e->id));
	e->archived = archived;
	if (!archived && entry_probe(e, fd) == -1)
		error = errno;
	e->paused = !archived && file_exists(fd, SESSION_FILE_PAUSE);
	if (load_state(&e->state, fd, id, why, sizeof(why)) == -1) {
		/* The directory was removed while it was being read. */
		if (errno == ENOENT && faccessat(AT_FDCWD, path, F_OK, 0) == -1) {
			close(fd);
			return -1;
		}
		memset(&e->state, 0, sizeof(e->state));
		strlcpy(e->state.session, id, sizeof(e->state.session));
		entry_item(id, e->state.item, sizeof(e->state.item));
		e->error = text_format("%s", why);
	} else if (e->state.item[0] == '\0')
		entry_item(id, e->state.item, sizeof(e->state.item));
	/* A session whose lock can't be taken is unusable. */
	if (error != 0 && e->error == NULL)
		e->error = text_format(SESSION_FILE_LOCK ": %s", strerror(error));
	close(fd);
	e->paused = e->paused && status_live(e->state.status);
	e->path = text_format("%s", path);
	return 0;
}

void
entry_release(struct entry *e)
{
	free(e->path);
	free(e->error);
	state_release(&e->state);
	memset(e, 0, sizeof(*e));
}

enum status_group
entry_group(const struct entry *e)
{
	if (e->error != NULL)
		return e->alive ? GROUP_ACTIVE : GROUP_ENDED;
	if (e->archived)
		return GROUP_ENDED;
	return status_live(e->state.status) && e->state.questions_open > 0 ? GROUP_QUESTIONS :
	    status_traits(e->state.status)->group;
}

const char *
group_title(enum status_group g)
{
	static const char *const title[] = {
		[GROUP_ACTIVE] = "active",
		[GROUP_QUESTIONS] = "with open questions",
		[GROUP_REVIEW] = "in review",
		[GROUP_READY] = "ready to merge",
		[GROUP_ENDED] = "ended",
	};
	ARRAY_WHOLE(title, GROUP_COUNT);

	return title[g];
}

int
entry_kill_tree(const struct entry *e, bool crashed)
{
	int	n;

	if ((n = proc_kill_session(e->id, e->path, e->state.worktree, crashed)) == -1)
		log_warnx("%s: some of its processes can't be ended", e->id);
	else if (n > 0)
		log_info("%s: ended %d process%s left over", e->id, n,
		    n == 1 ? "" : "es");
	return n == -1 ? -1 : 0;
}

/* Requires the lock. */
static int
declare_locked(struct entry *e, int fd, enum status status, const char *reason, const char *detail)
{
	char		 why[RECORD_ERR] = "";
	struct state	 s;

	if (load_state(&s, fd, e->id, why, sizeof(why)) == -1) {
		log_warnx("%s: %s", e->id, why);
		return -1;
	}
	state_release(&e->state);
	e->state = s;
	if (s.merging.target[0] != '\0' || (status == STATUS_CANCELLED ? status_ended(s.status) :
	    !status_live(s.status)))
		return 1;
	(void)entry_kill_tree(e, true);	/* archiving will try again */
	if (state_enter(&e->state, status, reason, detail) == -1) {
		log_warn("%s: %s -> %s", e->id, status_name(s.status), status_name(status));
		return -1;
	}
	strlcpy(e->state.holder, "orchestrator", sizeof(e->state.holder));
	e->state.worker_pid = e->state.agent_pid = 0;
	e->state.questions_open = 0;
	if (state_save(fd, &e->state, true) == -1) {
		log_warn("%s: %s", e->path, SESSION_FILE_STATE);
		return -1;
	}
	trash_ended(&e->state, e->id);
	return 0;
}

int
entry_declare(struct entry *e, enum status status, const char *reason, const char *detail)
{
	int	fd, lock, rv;

	if ((lock = lock_take_dir(e->path, SESSION_FILE_LOCK, "orchestrator", true, &fd)) == -1) {
		if (errno == EAGAIN || errno == ENOENT)
			return 1;
		log_warn("%s/%s", e->path, SESSION_FILE_LOCK);
		return -1;
	}
	rv = declare_locked(e, fd, status, reason, detail);
	close(lock);
	if (rv != -1)	/* even if the worker had recorded it itself */
		task_link_close(e->path, e->id, e->state.status);
	close(fd);
	return rv;
}
