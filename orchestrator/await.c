/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "orchestrator/await.h"
#include "proto/file.h"
#include "proto/lock.h"
#include "proto/log.h"
#include "proto/state.h"
#include "proto/watch.h"

/* 0 once the lock is free, else the exit status. */
static int
wait_for_lock(int fd, const char *path)
{
	struct watch_event ev;

	if (watch_open() == -1 && !watch_degraded()) {
		log_warn("cannot watch %s", path);
		return EX_OSERR;
	}
	if (watch_dir(path, false) == -1 && !watch_degraded()) {
		log_warn("cannot watch %s", path);
		return EX_OSERR;
	}
	while (lock_held(fd, SESSION_FILE_LOCK, NULL) == 1) {
		if (watch_next(&ev) == -1) {
			log_warn("cannot wait for %s", path);
			return EX_OSERR;
		}
		if (ev.kind == WATCH_SIGNAL && ev.signo != SIGCHLD) {
			log_warnx("interrupted (%s); the session goes on: %s",
			    strsignal(ev.signo), path);
			return 128 + ev.signo;
		}
	}
	return 0;
}

int
await_end(const char *path, enum status *end)
{
	char reason[512];
	struct state state;
	int fd, status;

	*end = STATUS_UNKNOWN;
	if ((fd = file_open_dir(AT_FDCWD, path)) == -1) {
		log_warn("%s", path);
		return EX_NOINPUT;
	}
	status = wait_for_lock(fd, path);
	watch_close();
	if (state_load(fd, &state, reason, sizeof(reason)) == -1) {
		log_warnx("%s: %s", path, reason);
		status = status != 0 ? status : EX_NOINPUT;
	} else {
		*end = state.status;
		if (status == 0 && status_live(state.status))
			log_warnx("session %s: its worker is gone while it was %s; run "
			    "\"orchestrator cleanup\" or \"orchestrator execute\"",
			    state.session, status_name(state.status));
		else if (status == 0 && state.status != STATUS_APPROVED &&
		    state.status != STATUS_MERGED && state.detail[0] != '\0')
			log_warnx("session %s: %s: %s", state.session, status_name(state.status),
			    state.detail);
		if (status == 0 && state.status != STATUS_APPROVED && state.status != STATUS_MERGED)
			status = 1;
		state_release(&state);
	}
	close(fd);
	return status;
}
