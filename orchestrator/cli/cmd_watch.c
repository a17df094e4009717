/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "orchestrator/cli/cmd_watch.h"
#include "orchestrator/workspace/cmd.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/log.h"
#include "proto/base/strings.h"
#include "proto/base/text.h"
#include "proto/sys/child.h"

static const struct option_row rows[] = {
	OPT_NUMBER(struct watch_arguments, refresh, 0, "refresh", "SECONDS", 1, 86400,
	    "show changes at most once in this time"),
	OPT_FLAG(struct watch_arguments, no_color, 0, "no-color", "use no colours"),
	OPT_FLAG(struct watch_arguments, once, 0, "once", "print what it would show, and end"),
};

/* The program beside the worker; malloced. */
static char *
program_path(struct orch *o)
{
	const char *slash;

	orch_home(o);
	slash = strrchr(o->worker, '/');
	return text_format("%.*s/orchestrator-watch", slash != NULL ? (int)(slash - o->worker) : 0, o->worker);
}

static void
become(struct orch *o, const char *self, const struct watch_arguments *a)
{
	char *path = program_path(o), *seconds = text_format("%jd", (intmax_t)a->refresh.value);
	struct strings words = { 0 };
	const char **argv;

	strings_add(&words, path);
	strings_add(&words, self);
	if (a->refresh.given) {
		strings_add(&words, "--refresh");
		strings_add(&words, seconds);
	}
	if (a->no_color)
		strings_add(&words, "--no-color");
	if (a->once)
		strings_add(&words, "--once");
	argv = strings_vector(&words);
	child_become(argv);
	log_warn("%s", path);
	free(argv);
	strings_free(&words);
	free(seconds);
	free(path);
}

static int
run(struct orch *o, void *arguments)
{
	char self[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	if (o->json) {
		log_warnx("watch is for people; orchestrator --json status prints for programs");
		return EX_USAGE;
	}
	if (n == -1 || chdir(o->dir) == -1) {
		log_warn("%s", n == -1 ? "/proc/self/exe" : o->dir);
		return EX_NOINPUT;
	}
	self[n] = '\0';
	become(o, self, arguments);
	return EX_UNAVAILABLE;
}

const struct cmd cmd_watch = COMMAND("watch", "show all sessions on the whole screen, and act on them by keys", run,
    OPTION_ROWS(rows, struct watch_arguments));
