/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <unistd.h>

#include "orchestrator/loop.h"
#include "orchestrator/show.h"
#include "orchestrator/source.h"
#include "proto/file.h"
#include "proto/fs.h"
#include "proto/lock.h"
#include "proto/log.h"
#include "proto/watch.h"

#define EXECUTE_LOCK	"orchestrator.lock"

/* The descriptor of the lock, or -1 with the error printed and *status set. */
static int
lock_instance(const struct orch *o, int *status)
{
	pid_t	pid = 0;
	int	dir, lock;

	if ((dir = file_open_dir(AT_FDCWD, o->instance)) == -1) {
		log_warn("%s", o->instance);
		*status = EX_NOINPUT;
		return -1;
	}
	if ((lock = lock_take(dir, EXECUTE_LOCK, "execute", false)) == -1) {
		if (errno == EAGAIN || errno == EACCES) {
			if (lock_held(dir, EXECUTE_LOCK, &pid) == 1)
				log_warnx("execute runs already here, as process %jd: wait for "
				    "it or stop that one", (intmax_t)pid);
			else
				log_warnx("another execute has just ended: try again");
			*status = EX_TEMPFAIL;
		} else {
			log_warn("%s/%s", o->instance, EXECUTE_LOCK);
			*status = errno == EROFS ? EX_NOPERM : EX_CANTCREAT;
		}
	}
	close(dir);
	return lock;
}

/* Without events nothing would be heard: that is said before the wait begins. */
static void
name_file_system(const struct orch *o)
{
	bool		 remote;
	const char	*type = fs_name(o->sessions, &remote);

	if (type != NULL && remote)
		log_warnx("%s is on %s, which may not deliver events; set ORCHESTRATOR_HOME to a "
		    "directory of a local file system", o->sessions, type);
}

static int
run(struct orch *o, int argc, char **argv)
{
	int	lock, rv;

	if (getopt(argc, argv, "+") != -1 || optind != argc)
		return cmd_usage(&cmd_execute);
	if ((rv = orch_open(o)) != 0)
		return rv;
	source_recover(o);
	if (o->instance == NULL) {
		if (!o->json)
			puts("no sessions; orchestrator dispatch ITEM starts one");
		return 0;
	}
	name_file_system(o);
	/* Opened first: the library wants the lowest descriptor and a single thread. */
	if (watch_open() == -1 && !watch_degraded()) {
		log_warn("inotify");
		return EX_OSERR;
	}
	if ((lock = lock_instance(o, &rv)) != -1) {
		rv = loop_run(o);
		source_recover(o);
		close(lock);
	}
	watch_close();
	return rv;
}

const struct cmd cmd_execute = {
	.name = "execute",
	.usage = "",
	.summary = "attend all sessions: answer by policy, merge what is approved, until all have ended",
	.run = run,
};
