/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "orchestrator/cli/become.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/log.h"
#include "proto/base/strings.h"
#include "proto/base/text.h"
#include "proto/sys/child.h"

/* malloced */
static char *
program_path(struct orch *o, const char *program)
{
	const char *slash;

	orch_home(o);
	slash = strrchr(o->worker, '/');
	return text_format("%.*s/%s", slash != NULL ? (int)(slash - o->worker) : 0, o->worker, program);
}

int
become_program(struct orch *o, const char *program, const struct strings *words)
{
	struct strings all = { 0 };
	const char **argv;
	char self[PATH_MAX], *path;
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	if (n == -1 || chdir(o->dir) == -1) {
		log_warn("%s", n == -1 ? "/proc/self/exe" : o->dir);
		return EX_NOINPUT;
	}
	self[n] = '\0';
	path = program_path(o, program);
	strings_add(&all, path);
	strings_add(&all, self);
	strings_add_all(&all, words);
	argv = strings_vector(&all);
	child_become(argv);
	log_warn("%s", path);
	free(argv);
	strings_free(&all);
	free(path);
	return EX_UNAVAILABLE;
}
