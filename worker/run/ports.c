/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/sys/file.h"
#include "proto/sys/lock.h"
#include "worker/core/worker.h"
#include "worker/run/confine.h"
#include "worker/run/ports.h"

int
ports_take(struct worker *w)
{
	int64_t n = w->config.settings.ports;
	off_t first = (off_t)w->state.port;
	char *dir;
	int fd, rc = EX_OSERR;

	if (n == 0)
		return 0;
	if ((dir = confine_state(w)) == NULL)
		dir = text_format("%.*s", (int)(strrchr(w->path, '/') - w->path), w->path);
	fd = file_find_dir(AT_FDCWD, dir);
	if (fd != -1)
		w->portsfd = lock_take_row(fd, PORTS_LOCK, PORTS_FIRST, PORTS_END, n, &first);
	if (fd != -1 && w->portsfd != -1) {
		w->state.port = first;
		rc = 0;
	} else if (fd != -1 && errno == EAGAIN)
		log_warnx("no %lld port numbers in a row are free from %d to %d: other sessions have them; end some "
		    "(orchestrator status lists them), or lower \"ports\"", (long long)n, PORTS_FIRST, PORTS_END - 1);
	else
		log_warn("%s/" PORTS_LOCK, dir);
	file_close(fd);
	free(dir);
	return rc;
}

void
ports_environment(const struct worker *w, struct strings *env)
{
	long long n = w->config.settings.ports, first = w->state.port;
	char buf[64];

	if (n == 0)
		return;
	snprintf(buf, sizeof(buf), "%lld", first);
	strings_set(env, "PORT", buf);
	snprintf(buf, sizeof(buf), "%lld-%lld", first, first + n - 1);
	strings_set(env, "SESSION_PORTS", buf);
}
