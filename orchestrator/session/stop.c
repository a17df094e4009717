/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <signal.h>
#include <sysexits.h>

#include "orchestrator/session/registry.h"
#include "orchestrator/session/stop.h"
#include "proto/base/clock.h"
#include "proto/base/log.h"
#include "proto/json/record.h"
#include "proto/record/config.h"
#include "proto/session/layout.h"
#include "proto/sys/file.h"
#include "proto/sys/watch.h"

#define GRACE		INT64_C(10)	/* seconds for a clean stop, unless stop_grace is longer */
#define MARGIN		INT64_C(2)	/* for the worker's work after its agent has ended */

enum waited { WAITED_ENDED, WAITED_TIMEOUT, WAITED_SIGNAL };

static int64_t
grace(int fd)
{
	struct config	 c;
	char		 why[RECORD_ERR];
	int64_t		 s = GRACE;

	if (config_load(fd, &c, why, sizeof(why)) == 0)
		s = c.settings.stop_grace;
	config_release(&c);
	return s + MARGIN;
}

static enum waited
wait_unlocked(struct entry *e, int fd, int64_t seconds)
{
	struct watch_timer	timer = { 0 };
	struct watch_event	ev;
	enum waited		waited = WAITED_ENDED;

	watch_timer(&timer, clock_now() + seconds * CLOCK_S);
	for (;;) {
		entry_probe(e, fd);
		if (!e->alive || waited != WAITED_ENDED)
			break;
		if (watch_next(&ev) == -1 || ev.kind == WATCH_TIMER)
			waited = WAITED_TIMEOUT;
		else if (ev.kind == WATCH_SIGNAL && ev.signo != SIGCHLD)
			waited = WAITED_SIGNAL;
	}
	watch_timer(&timer, 0);
	return e->alive ? waited : WAITED_ENDED;
}

/* The worker did not obey: kills it and everything it started. */
static int
by_force(struct entry *e, int fd)
{
	log_info("%s: did not stop when asked; killing it", e->id);
	entry_probe(e, fd);
	if (e->alive && e->pid > 0 && kill(e->pid, SIGKILL) == -1 && errno != ESRCH) {
		log_warn("%s: kill %jd", e->id, (intmax_t)e->pid);
		return EX_NOPERM;
	}
	if (wait_unlocked(e, fd, GRACE) != WAITED_ENDED) {
		log_warnx("%s: process %jd can't be killed", e->id, (intmax_t)e->pid);
		return EX_OSERR;
	}
	return 0;
}

int
session_stop(struct entry *e, int fd, bool *forced)
{
	struct watch	watch = { 0 };
	int		rv = 0;

	if (watch_open() == -1 && !watch_degraded()) {
		log_warn("inotify");
		return EX_OSERR;
	}
	watch_dir(&watch, e->path, false);
	if (file_create(fd, SESSION_FILE_CANCEL, "", 0, 0) == -1 && errno != EEXIST) {
		log_warn("%s/%s", e->path, SESSION_FILE_CANCEL);
		rv = errno == EACCES ? EX_NOPERM : EX_IOERR;
	} else
		switch (wait_unlocked(e, fd, grace(fd))) {
		case WAITED_ENDED:
			break;
		case WAITED_TIMEOUT:
			*forced = true;
			rv = by_force(e, fd);
			break;
		case WAITED_SIGNAL:
			log_info("%s: asked to stop; not waiting for its end", e->id);
			rv = EX_TEMPFAIL;
			break;
		}
	watch_leave();
	return rv;
}
