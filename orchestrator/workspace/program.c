/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/stat.h>

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "orchestrator/workspace/program.h"

bool
program_exists(const char *program, const char *path)
{
	char file[PATH_MAX];
	struct stat st;

	/* A path in the worktree does not exist before the checkout. */
	if (strchr(program, '/') != NULL)
		return program[0] != '/' || access(program, X_OK) == 0;
	if (path == NULL || path[0] == '\0')
		path = "/usr/local/bin:/usr/bin:/bin";
	for (const char *p = path; *p != '\0'; p += *p == ':') {
		size_t n = strcspn(p, ":");

		if (n > 0 && (size_t)snprintf(file, sizeof(file), "%.*s/%s", (int)n, p, program) <
		    sizeof(file) && access(file, X_OK) == 0 && stat(file, &st) == 0 &&
		    S_ISREG(st.st_mode))
			return true;
		p += n;
	}
	return false;
}
