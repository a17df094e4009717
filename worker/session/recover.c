/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "proto/base/clock.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/json/record.h"
#include "proto/record/config.h"
#include "proto/session/layout.h"
#include "proto/sys/boot.h"
#include "proto/sys/child.h"
#include "proto/sys/file.h"
#include "proto/sys/fs.h"
#include "proto/sys/lock.h"
#include "proto/sys/watch.h"
#include "worker/agent/agent.h"
#include "worker/agent/deferred.h"
#include "worker/client/mail.h"
#include "worker/core/cmd.h"
#include "worker/core/output.h"
#include "worker/core/worker.h"
#include "worker/run/home.h"
#include "worker/run/ports.h"
#include "worker/run/watchdog.h"
#include "worker/session/recover.h"
#include "worker/session/resolve.h"
#include "worker/session/session_repo.h"
#include "worker/tree/clean.h"
#include "worker/tree/worktree.h"

static int
bad(int status, const char *path, const char *why)
{
	struct text t = { 0 };

	text_line(&t, why, strlen(why));
	log_warnx("%s: %s", path, t.buf);
	text_free(&t);
	return status;
}

/* Loads item.json and config.json, which make a directory a session directory. */
static int
load_orders(struct worker *w)
{
	char why[RECORD_ERR];

	if (item_load(w->dirfd, &w->item, why, sizeof(why)) == -1 ||
	    config_load(w->dirfd, &w->config, why, sizeof(why)) == -1)
		return bad(errno == ENOENT ? EX_NOINPUT : EX_DATAERR, w->path, why);
	w->limits = w->config.settings.limits;
	if (w->item.timeout > 0)
		w->limits.time = w->item.timeout * 60 * 1000;
	limits_over(&w->limits, &w->item.limits);
	if (settings_check(&w->config.settings, SESSION_FILE_CONFIG, why, sizeof(why)) == -1)
		return bad(EX_DATAERR, w->path, why);
	if (strcmp(w->config.item, w->item.id) != 0)
		return bad(EX_DATAERR, w->path, "item.json and config.json name different items");
	return 0;
}

static int
load_records(struct worker *w)
{
	char why[RECORD_ERR];

	if (state_load(w->dirfd, &w->state, why, sizeof(why)) == -1 && errno != ENOENT)
		return bad(EX_DATAERR, w->path, why);
	if (questions_load(w->dirfd, &w->questions, why, sizeof(why)) == -1 ||
	    tells_load(w->dirfd, &w->tells, why, sizeof(why)) == -1 ||
	    review_load(w->dirfd, &w->review, why, sizeof(why)) == -1)
		return bad(EX_DATAERR, w->path, why);
	w->questions.max = (size_t)w->limits.questions;
	return 0;
}

static void
fill(char *buf, size_t len, const char *value)
{
	if (buf[0] == '\0' && value != NULL)
		strlcpy(buf, value, len);
}

static void
begin_records(struct worker *w)
{
	struct state *s = &w->state;
	char boot[sizeof(s->boot_id)];

	fill(s->session, sizeof(s->session), w->config.session);
	fill(s->item, sizeof(s->item), w->config.item);
	fill(w->questions.session, sizeof(w->questions.session), w->config.session);
	fill(w->tells.session, sizeof(w->tells.session), w->config.session);
	fill(w->review.session, sizeof(w->review.session), w->config.session);
	fill(w->review.item, sizeof(w->review.item), w->config.item);
	fill(w->review.mode, sizeof(w->review.mode),
	    review_mode_name(w->config.settings.review));
	if (s->created_at == 0)
		s->created_at = w->config.created_at != 0 ? w->config.created_at : clock_wall();
	if (s->attempt == 0)
		s->attempt = w->config.attempt > 0 ? w->config.attempt : 1;
	if (s->round == 0)
		s->round = 1;
	s->run[0] = s->role[0] = '\0';
	for (int role = 0; role < ROLE_COUNT; role++)
		if (agent_of(w, role) != NULL && client_of(agent_of(w, role)) != NULL && !home_exists(w, role)) {
			/* its conversation is gone with it */
			free(s->conversation[role]);
			s->conversation[role] = NULL;
		}
	s->agent_pid = 0;
	s->worker_pid = getpid();
	boot_id(boot, sizeof(boot));
	w->rebooted = s->boot_id[0] != '\0' && strcmp(s->boot_id, boot) != 0;
	if (!w->rebooted)	/* after a reboot this follows the repairs */
		strlcpy(s->boot_id, boot, sizeof(s->boot_id));
}

static int
make_dirs(struct worker *w)
{
	static const char *const dirs[] = { SESSION_DIR_ANSWERS, SESSION_DIR_MESSAGES, SESSION_DIR_INBOX,
		SESSION_DIR_TRANSCRIPT };
	size_t i;

	for (i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++)
		if (file_make_dir(w->dirfd, dirs[i], 0755) == -1) {
			log_warn("%s/%s", w->path, dirs[i]);
			return EX_CANTCREAT;
		}
	return 0;
}

/* Makes the link through which clients start their tools. */
static int
keep_link(struct worker *w)
{
	if (symlinkat("worker", w->dirfd, SESSION_DIR_BIN "/" WITHIN_SHELL) == 0 || errno == EEXIST)
		return 0;
	log_warn("%s/" SESSION_DIR_BIN "/" WITHIN_SHELL, w->path);
	return EX_CANTCREAT;
}

/* A session made by hand has no bin/worker: it uses this binary from now on. */
static int
keep_binary(struct worker *w)
{
	char path[PATH_MAX + 32], self[PATH_MAX];
	ssize_t n;

	if (faccessat(w->dirfd, SESSION_DIR_BIN "/worker", F_OK, 0) == 0)
		return keep_link(w);
	snprintf(path, sizeof(path), "%s/" SESSION_DIR_BIN "/.worker", w->path);
	n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	self[n > 0 ? n : 0] = '\0';
	if (file_make_dir(w->dirfd, SESSION_DIR_BIN, 0755) == -1 ||
	    (unlink(path) == -1 && errno != ENOENT) || file_copy(self, path, true) == -1 ||
	    file_rename_over(w->dirfd, SESSION_DIR_BIN "/.worker", SESSION_DIR_BIN "/worker",
	    FILE_SYNC) == -1) {
		log_warn("%s", path);
		return EX_CANTCREAT;
	}
	return keep_link(w);
}

static int
watch_session(struct worker *w)
{
	char answers[PATH_MAX + 16], messages[PATH_MAX + 16];

	snprintf(answers, sizeof(answers), "%s/" SESSION_DIR_ANSWERS, w->path);
	snprintf(messages, sizeof(messages), "%s/" SESSION_DIR_MESSAGES, w->path);
	if ((watch_dir(&w->watch_session, w->path, false) == -1 || watch_dir(&w->watch_answers, answers, false) == -1 ||
	    watch_dir(&w->watch_messages, messages, false) == -1) && !watch_degraded()) {
		log_warn("%s: can't watch it", w->path);
		return EX_OSERR;
	}
	return 0;
}

static void
detach_output(void)
{
	int fd = file_open_path(AT_FDCWD, "/dev/null", O_RDWR);

	if (fd == -1)
		return;
	dup2(fd, STDIN_FILENO);
	dup2(fd, STDOUT_FILENO);
	dup2(fd, STDERR_FILENO);
	if (fd > STDERR_FILENO)
		close(fd);
}

/* The last worker died, or parked the session: no process of its run may survive, and no question of that run may
 * wait for an answer. */
static int
clean_up_after(struct worker *w, bool detach)
{
	bool died = !w->state.parked;
	int killed;

	w->state.parked = false;
	if (w->state.status == STATUS_PENDING || !status_live(w->state.status))
		return 0;
	if (state_given_back(&w->state)) {
		clean_forget(w);
		output_log("%s: %s", w->state.step == STEP_RESOLVE ? "given back by the merge" :
		    w->state.step == STEP_COMMIT ? "adopted" : "given back with remarks", w->state.detail);
		/* before it is the worker's: what was judged is another commit than what comes of it */
		if (resolve_forget(w) == -1 || deferred_heard(w, w->state.runs) == -1)
			return EX_IOERR;
		mail_withdraw(w, NULL, "the session was given back");
		if (w->rebooted && worktree_repair(w) == 0)
			boot_id(w->state.boot_id, sizeof(w->state.boot_id));
		(void)worker_save(w, true);
		return 0;
	}
	watchdog_recover(w);
	/* on disk first, so that a restart counts even if the worker dies again immediately */
	w->state.recoveries += died;
	(void)worker_save(w, true);
	killed = proc_kill_session(w->config.session, w->path, w->state.worktree, true);
	if (killed == -1) {	/* otherwise two agents would work in one worktree */
		w->state.recoveries -= died;	/* it was not restarted after all */
		w->state.parked = !died;
		(void)worker_save(w, false);
		output_log("stopped: processes of the former run can't be ended");
		warnx("%s: processes of the former run can't be ended; once they are gone, resume with worker run", w->path);
		return EX_OSERR;
	}
	if (detach)	/* the starter need not wait any longer */
		detach_output();
	clean_forget(w);	/* no process writes there any more */
	w->recovered = true;
	output_log("%s in step %s%s%s", died ? "recovering: the former worker ended" : "no longer parked: continuing",
	    step_name(w->state.step), killed > 0 ? "; ended the leftover processes of its run" : "",
	    died && w->state.step == STEP_IMPLEMENT ? "; the turn that broke off may run twice" : "");
	if (worktree_repair(w) == 0)	/* if the repair fails, the session's step reports why */
		boot_id(w->state.boot_id, sizeof(w->state.boot_id));
	(void)answers_scan(w);
	if (died)
		mail_withdraw(w, NULL, "the run that asked has ended");
	worker_settle(w);
	return 0;
}

static void
name_file_system(const struct worker *w)
{
	const char *name;
	bool remote;

	name = fs_name(w->path, &remote);
	if (name != NULL && remote)
		output_log("warning: %s is on %s, which may not deliver events; use a local file "
		    "system", w->path, name);
}

static int
open_dir(struct worker *w, const char *dir)
{
	if (realpath(dir, w->path) == NULL || (w->dirfd = file_find_dir(AT_FDCWD, w->path)) == -1) {
		log_warn("%s", dir);
		return EX_NOINPUT;
	}
	return 0;
}

int
recover_read(struct worker *w, const char *dir)
{
	int rc;

	if ((rc = open_dir(w, dir)) != 0 || (rc = load_orders(w)) != 0)
		return rc;
	return load_records(w);
}

static int
take_lock(struct worker *w)
{
	w->lockfd = lock_take(w->dirfd, SESSION_FILE_LOCK, "worker", true);
	if (w->lockfd != -1 && file_same(w->dirfd, AT_FDCWD, w->path))
		return 0;
	if (w->lockfd != -1) {
		log_warnx("%s: another process has archived or removed this session", w->path);
		return EX_NOINPUT;
	}
	if (errno != EAGAIN) {
		log_warn("%s/" SESSION_FILE_LOCK, w->path);
		return EX_CANTCREAT;
	}
	if (lock_held(w->dirfd, SESSION_FILE_LOCK, NULL) == 0)
		log_warnx("%s/" SESSION_FILE_LOCK ": a process holds a read lock on this file; end that "
		    "process (lslocks shows it) and try again", w->path);
	else
		log_warnx("%s: another worker is running this session; orchestrator logs -f follows it",
		    w->path);
	return EX_TEMPFAIL;
}

/* Checked between runs, while waiting for git. */
static bool
is_to_stop(void *w)
{
	return worker_interrupted(w);
}

int
worker_open(struct worker *w, const char *dir, bool detach)
{
	bool over;
	int rc;

	w->dirfd = w->lockfd = w->portsfd = -1;
	if (watch_open() == -1 && !watch_degraded()) {
		log_warn("can't watch files");
		return EX_OSERR;
	}
	if ((rc = open_dir(w, dir)) != 0 || (rc = load_orders(w)) != 0)
		return rc;
	if ((rc = take_lock(w)) != 0)
		return rc;
	if ((rc = make_dirs(w)) != 0 || (rc = keep_binary(w)) != 0 || (rc = load_records(w)) != 0)
		return rc;
	begin_records(w);
	over = !status_live(w->state.status);
	if (!over && ((rc = ports_take(w)) != 0 || (rc = session_repo_open(w)) != 0 || (rc = watch_session(w)) != 0))
		return rc;
	if (output_open(w->dirfd, SESSION_FILE_LOG) == -1 || (!over && proc_adopt() == -1)) {
		warn("%s/" SESSION_FILE_LOG, w->path);
		return EX_CANTCREAT;
	}
	if (over)
		return 0;
	watch_ask(is_to_stop, w);
	name_file_system(w);
	if (watch_degraded())	/* standard error may not be read, so log it */
		output_log("warning: no inotify instance or watch is left for this user: files are checked once a second; see "
		    "orchestrator doctor");
	rc = clean_up_after(w, detach);
	if (detach)
		detach_output();
	return rc;
}

void
worker_close(struct worker *w)
{
	output_close();
	/* Releases the lock first: closing an inotify instance can take many milliseconds. */
	file_close(w->lockfd);
	file_close(w->portsfd);
	watch_close();
	item_release(&w->item);
	config_release(&w->config);
	state_release(&w->state);
	questions_release(&w->questions);
	tells_release(&w->tells);
	review_release(&w->review);
	audit_free(&w->audit);
	strings_free(&w->answers_known);
	free(w->findings);
	free(w->question);
	strings_free(&w->options);
	session_repo_close(w);
	file_close(w->dirfd);
}
