/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>

#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/sys/child.h"
#include "proto/sys/manual.h"

static bool
exists(const char *page)
{
	const char *const argv[] = { "man", "-w", page, NULL };
	const struct child_spec spec = { .argv = argv };
	const struct child_io io = { .errout = &(char *){ NULL } };
	int status = child_run(&spec, &io);

	free(*io.errout);
	return status == 0;
}

int
manual_open(const char *main_page, const char *topic, bool command)
{
	char *own = text_format("orchestrator-%s", topic), path[PATH_MAX];
	const char *page = NULL;
	int rv = EX_NOINPUT;

	if (child_find("man", NULL, path, sizeof(path)) == -1) {
		log_warnx("man(1) is not installed; install it, or read the files of man/ in the source");
		rv = EX_UNAVAILABLE;
	} else if (exists(own))
		page = own;
	else if (command)
		page = main_page;
	if (page != NULL && (page == own || exists(page))) {
		fflush(stdout);
		child_become((const char *const[]){ "man", page, NULL });
		log_warn("%s", path);
		rv = EX_UNAVAILABLE;
	} else if (page != NULL)
		log_warnx("the manual page %s is not installed; \"make install\" installs it, and MANPATH names the "
		    "directories that man(1) searches", page);
	else if (rv == EX_NOINPUT)
		log_warnx("there is no manual page of \"%s\"; topics are the commands, and config, security, session, "
		    "streams, tasklist and worker", topic);
	free(own);
	return rv;
}
