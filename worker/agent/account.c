/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "proto/base/clock.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/record/account.h"
#include "proto/sys/file.h"
#include "proto/sys/lock.h"
#include "proto/sys/watch.h"
#include "worker/agent/account.h"
#include "worker/agent/park.h"
#include "worker/client/tells.h"
#include "worker/core/output.h"
#include "worker/core/worker.h"
#include "worker/run/confine.h"

/* Opens the directory of the accounts, which is made if absent; *path is malloced.  -1: it can't be opened. */
static int
open_accounts(const struct worker *w, char **path)
{
	char *state = confine_state(w);
	int fd = -1;

	*path = state != NULL ? text_format("%s/" ACCOUNTS, state) : NULL;
	free(state);
	if (*path != NULL && (file_make_dirs(*path) == -1 || (fd = file_open_dir(AT_FDCWD, *path)) == -1))
		log_warn("%s", *path);
	return fd;
}

void
account_over(struct worker *w)
{
	if (w->account.first)
		close(w->account.lock);
	w->account.first = false;
	free(w->account.name);
	w->account.name = NULL;
}

/* May a run begin now?  After the reset this takes the lock for the run that goes first. */
static bool
enter(struct worker *w, int fd, int64_t *until)
{
	char *name;
	int lock;

	*until = account_until(fd, w->account.name);
	if (*until == 0 || *until > clock_wall())
		return *until == 0;
	name = account_file(w->account.name, ACCOUNT_LOCK);
	lock = lock_take(fd, name, "worker", false);
	free(name);
	if (lock == -1)
		return errno != EAGAIN;
	/* another run may have gone first meanwhile */
	w->account.first = account_until(fd, w->account.name) == *until;
	w->account.until = *until;
	if (w->account.first)
		w->account.lock = lock;
	else
		close(lock);
	return w->account.first;
}

static void
tell(struct worker *w, int64_t until)
{
	char text[CLOCK_TEXT];

	if (until == w->state.parked_until)
		return;
	w->state.parked_until = until;
	output_log("account %s is at its usage limit; the session continues at %s", w->account.name,
	    clock_text(until, text, sizeof(text)));
	(void)worker_save(w, false);
}

bool
account_wait(struct worker *w, const struct agent *a)
{
	struct watch watch = { 0 };
	struct watch_timer timer = { 0 };
	struct watch_event ev;
	int64_t until, now;
	char *path = NULL;
	bool open = false;
	int fd = w->account.alone ? -1 : open_accounts(w, &path);

	account_over(w);
	if (fd == -1) {
		free(path);
		return park_wait(w);
	}
	w->account.name = account_name(&w->config.settings, a);
	watch_dir(&watch, path, false);
	while (!worker_interrupted(w) && !(open = enter(w, fd, &until))) {
		tell(w, until);
		(void)tells_scan(w);
		now = clock_wall();
		watch_timer(&timer, until > now ? clock_now() + (until - now) * CLOCK_MS : 0);
		if (watch_next(&ev) == -1)
			break;
		if (ev.kind == WATCH_SIGNAL && ev.signo != SIGCHLD)
			w->stop_signal = ev.signo;
	}
	watch_timer(&timer, 0);
	watch_undir(&watch);
	close(fd);
	free(path);
	if (open && w->account.first)
		output_log("this is the first run after the usage limit of account %s", w->account.name);
	if (open && w->state.parked_until != 0) {
		w->state.parked_until = 0;
		(void)worker_save(w, false);
	}
	return open;
}

void
account_heard(struct worker *w)
{
	char *path = NULL;
	int fd = w->account.first ? open_accounts(w, &path) : -1;

	if (fd == -1) {
		free(path);
		return;
	}
	if (account_free(fd, w->account.name, w->account.until) == -1)
		log_warn("%s/%s", path, w->account.name);
	output_log("account %s is usable again", w->account.name);
	account_over(w);
	close(fd);
	free(path);
}

void
account_met(struct worker *w, const struct agent *a, int64_t until)
{
	char *path = NULL, *name = account_name(&w->config.settings, a);
	int fd = open_accounts(w, &path);

	if (fd != -1 && account_park(fd, name, until, w->config.session) == -1) {
		log_warn("%s/%s", path, name);
		w->account.alone = true;	/* or it would run again without a wait */
	}
	file_close(fd);
	free(path);
	free(name);
}
