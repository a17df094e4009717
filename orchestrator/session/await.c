/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "orchestrator/session/await.h"
#include "proto/base/log.h"
#include "proto/record/state.h"
#include "proto/session/layout.h"
#include "proto/sys/file.h"
#include "proto/sys/lock.h"

static volatile sig_atomic_t interrupted;

static void
on_signal(int signo)
{
	interrupted = signo;
}

static void
catch_signals(void)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
	struct sigaction action = { .sa_handler = on_signal };	/* without SA_RESTART */
	size_t i;

	for (i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		sigaction(signals[i], &action, NULL);
}

/* Sleeps on the worker's byte of the lock, as `worker ask` does on its slot, without an inotify instance.  0
 * once the lock is free, else the exit status. */
static int
wait_for_lock(int fd, const char *path)
{
	int lockfd = lock_slot_open(fd, SESSION_FILE_LOCK);

	catch_signals();
	while (interrupted == 0 && lockfd != -1 && lock_held(fd, SESSION_FILE_LOCK, NULL) == 1)
		if (lock_slot_wait(lockfd, 0) == -1 && errno != EINTR) {
			log_warn("cannot wait for %s", path);
			close(lockfd);
			return EX_OSERR;
		}
	file_close(lockfd);
	if (interrupted == 0)
		return 0;
	log_warnx("interrupted (%s); the session continues: %s", strsignal(interrupted), path);
	return 128 + interrupted;
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
	if (state_load(fd, &state, reason, sizeof(reason)) == -1) {
		log_warnx("%s: %s", path, reason);
		status = status != 0 ? status : EX_NOINPUT;
	} else {
		*end = state.status;
		if (status == 0 && state.parked)
			log_warnx("session %s is parked: it waits for an answer without a worker; orchestrator answer %s continues it",
			    state.session, state.session);
		else if (status == 0 && status_live(state.status))
			log_warnx("session %s: its worker is gone while it was %s; run "
			    "\"orchestrator cleanup\" or \"orchestrator execute\"",
			    state.session, status_name(state.status));
		else if (status == 0 && state.detail[0] != '\0')
			log_warnx("session %s: %s: %s", state.session, status_name(state.status),
			    state.detail);
		if (status == 0 && !status_approved(state.status))
			status = 1;
		state_release(&state);
	}
	close(fd);
	return status;
}
