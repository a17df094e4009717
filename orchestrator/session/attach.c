/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <termios.h>
#include <unistd.h>

#include "orchestrator/session/attach.h"
#include "orchestrator/session/registry.h"
#include "orchestrator/session/spawn.h"
#include "orchestrator/session/tell.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/json/record.h"
#include "proto/record/config.h"
#include "proto/record/tell.h"
#include "proto/session/layout.h"
#include "proto/settings/clients.h"
#include "proto/sys/file.h"
#include "proto/sys/lock.h"
#include "proto/sys/watch.h"

/* The name of the implementer's agent, malloced, if its client has no screen; else NULL. */
static char *
without_screen(const struct entry *e)
{
	char why[RECORD_ERR], *name = NULL;
	struct config c = { 0 };
	const struct agent *a = NULL;
	const struct client *client = NULL;
	int fd = file_open_dir(AT_FDCWD, e->path);

	if (fd != -1 && config_load(fd, &c, why, sizeof(why)) == 0 &&
	    (a = settings_agent(&c.settings, c.settings.role[ROLE_IMPLEMENTER])) != NULL)
		client = client_of_adapter(a->adapter);
	if (client == NULL || client->screen == NULL)
		name = text_format("%s", a != NULL ? a->name : "none");
	config_release(&c);
	file_close(fd);
	return name;
}

char *
attach_refusal(const struct entry *e)
{
	const struct state *s = &e->state;
	char *agent, *why;

	if (e->error != NULL)
		return text_format("%s", e->error);
	if ((why = tell_refusal(s->status, s->step, s->item)) != NULL)
		return why;
	if (e->archived || s->merging.target[0] != '\0')
		return text_format("it is %s", e->archived ? "archived" : "being merged");
	if ((agent = without_screen(e)) != NULL) {
		why = text_format("its agent (%s) has no screen of its own; orchestrator tell %s sends it a message", agent, s->item);
		free(agent);
		return why;
	}
	if (s->step > STEP_COMMIT)
		return text_format("its work is being checked; orchestrator tell %s sends its agent a message", s->item);
	if (s->conversation[ROLE_IMPLEMENTER] == NULL)
		return text_format("its agent has no conversation yet; orchestrator logs -f %s follows it", s->item);
	if (s->parked_until != 0)
		return text_format("the account of its agent is at its usage limit");
	if (!e->alive && !s->parked)
		return text_format("no worker is running; orchestrator execute starts it");
	return NULL;
}

/* Until the worker has counted this screen.  0, or an exit status. */
static int
wait_closed(struct entry *e)
{
	int64_t before = e->state.attached.count;
	struct watch_event ev;
	struct entry now;
	bool gone;

	for (;;) {
		if (entry_load(&now, e->path, false) == -1) {
			log_warnx("%s: its directory is gone", e->id);
			return EX_NOINPUT;
		}
		entry_release(e);
		*e = now;
		gone = e->error == NULL && (!status_live(e->state.status) || entry_dead(e));
		if (e->error == NULL && e->state.attached.count != before)
			break;
		if (gone) {
			log_warnx("%s: it has ended meanwhile; orchestrator show %s", e->id, e->state.item);
			return EX_UNAVAILABLE;
		}
		if (watch_next(&ev) == -1)
			return EX_OSERR;
		if (ev.kind == WATCH_SIGNAL && ev.signo == SIGWINCH && e->state.run[0] != '\0')
			(void)tell_interrupt(e);	/* an event: the client is not told by the terminal */
		else if (ev.kind == WATCH_SIGNAL && ev.signo != SIGCHLD && ev.signo != SIGWINCH)
			return 128 + ev.signo;
	}
	if (e->state.attached.outcome[0] == '\0')
		return 0;
	log_warnx("%s: the screen of its client: %s", e->id, e->state.attached.outcome);
	return EX_UNAVAILABLE;
}

static int
attach(struct orch *o, struct entry *e, int fd)
{
	const char *term = getenv("TERM");
	char why[1024];
	int rv, lock = lock_take(fd, SESSION_FILE_ATTACH, term != NULL && *term != '\0' ? term : "dumb", false);

	if (lock == -1 && errno == EAGAIN) {
		log_warnx("%s: another orchestrator attach has the screen of its client", e->id);
		return EX_TEMPFAIL;
	}
	if (lock == -1) {
		log_warn("%s/" SESSION_FILE_ATTACH, e->path);
		return EX_IOERR;
	}
	if (e->state.parked && !e->alive && worker_spawn(o, e->path, why, sizeof(why)) == -1) {
		log_warnx("%s: no worker: %s", e->id, why);
		rv = EX_UNAVAILABLE;
	} else if ((rv = tell_interrupt(e)) == 0)	/* an event, now that the lock is held */
		rv = wait_closed(e);
	close(lock);
	return rv;
}

int
attach_wait(struct orch *o, struct entry *e)
{
	struct watch watch = { 0 };
	struct termios before;
	int fd = -1, rv;

	if (tcgetattr(STDIN_FILENO, &before) == -1 || (fd = file_open_dir(AT_FDCWD, e->path)) == -1 ||
	    (watch_open() == -1 && !watch_degraded()) ||
	    (watch_dir(&watch, e->path, false) == -1 && !watch_degraded()) || watch_signal(SIGWINCH) == -1) {
		log_warn("%s", e->path);
		file_close(fd);
		return EX_IOERR;
	}
	rv = attach(o, e, fd);
	/* a client that was killed leaves its terminal as it used it */
	(void)tcsetattr(STDIN_FILENO, TCSADRAIN, &before);
	watch_close();
	close(fd);
	return rv;
}
