/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/sandbox/sandbox.h"
#include "proto/sandbox/sandbox_names.h"
#include "proto/settings/clients.h"
#include "proto/sys/child.h"
#include "proto/sys/file.h"
#include "worker/core/cmd.h"

/*
 * A wall between a command and its caller, for others' code that a judge runs:
 *
 *	worker within COMMAND [ARGUMENT...]
 *	worker within -w /tmp -w /dev/pts COMMAND [ARGUMENT...]	writes only there
 *	worker within -w /tmp -r /tmp/home -c 'COMMAND STRING'	except here; bash runs the string
 *
 * A client that starts its tools with a prefix, as claude by CLAUDE_CODE_SHELL_PREFIX, is given the
 * path of a link to this program whose name is WITHIN_SHELL (SESSION_DIR_BIN has it): its one
 * argument is the string of -c.  When such a string ends with ">| FILE", the file is the client's,
 * and is made for it; the client's own variables, including keys, are removed.
 *
 * Without -w and -r the paths are the lines of the variables WITHIN_WRITE and WITHIN_READ, which the
 * worker sets for judges; without WITHIN_WRITE files are not restricted.  A command inside may call it with other
 * paths: a nested domain can only do less.
 *
 * A missing kernel feature is reported on standard error, and the command runs anyway.
 */

struct walls {
	struct sandbox	 sb;
	bool		 files;		/* only the named paths can be written */
	int		 file;		/* ... and this file; -1 = none */
};
static const struct walls no_walls = { .sb = { .network = true }, .file = -1 };

/* A file that is open for writing may be opened by name, too: /dev/stderr. */
static void
allow_open(const struct walls *walls, int ruleset)
{
	const int fds[] = { STDOUT_FILENO, STDERR_FILENO, walls->file };
	struct stat st;

	for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++)
		if (fds[i] != -1 && fstat(fds[i], &st) == 0 && S_ISREG(st.st_mode))
			(void)sandbox_landlock_file(ruleset, fds[i]);
}

/* The message about missing kernel features; NULL = none is missing. */
static const char *
enter(const struct walls *walls, char *err, size_t len)
{
	struct sandbox_walls entered = SANDBOX_NO_WALLS;
	int abi = sandbox_landlock_abi(), rc;

	if (abi == 0)
		return "the kernel has no Landlock: the command can reach its caller";
	entered.alone = true;
	if (walls->files) {
		entered.ruleset = sandbox_landlock(&walls->sb, false, err, len);
		if (entered.ruleset != -1)
			allow_open(walls, entered.ruleset);
	} else if ((entered.ruleset = sandbox_landlock_domain()) == -1)
		snprintf(err, len, "Landlock: %s", strerror(errno));
	if (entered.ruleset == -1)
		return err;
	if ((rc = sandbox_enter(&entered)) == -1)
		snprintf(err, len, "Landlock: %s: the command can reach its caller", strerror(errno));
	sandbox_walls_close(&entered);
	if (rc == -1)
		return err;
	return abi >= SANDBOX_SCOPES_ABI ? NULL :
	    "Landlock is too old here (before Linux 6.12): the command can signal its caller";
}

static int
become(struct walls *walls, const char *const *argv)
{
	char err[160];
	const char *lacks;

	sandbox_settle(&walls->sb);
	if ((lacks = enter(walls, err, sizeof(err))) != NULL)
		log_warnx("within: %s", lacks);
	sandbox_free(&walls->sb);
	child_become(argv);
	log_warn("can't start %s", argv[0]);
	return errno == ENOENT ? 127 : 126;
}

static int
become_shell(struct walls *walls, const char *string)
{
	return become(walls, (const char *const[]){ "bash", "-c", string, NULL });
}

static void
add_lines(struct sandbox *sb, const char *lines, enum sandbox_access access)
{
	char *path;
	size_t n;

	for (; lines != NULL && *lines != '\0'; lines += n + (lines[n] == '\n')) {
		n = strcspn(lines, "\n");
		path = text_format("%.*s", (int)n, lines);
		sandbox_add(sb, path, access);
		free(path);
	}
}

/* Adds the worker's paths for a judge's commands. */
static void
add_environment(struct walls *walls)
{
	walls->files = getenv("WITHIN_WRITE") != NULL;
	add_lines(&walls->sb, getenv("WITHIN_WRITE"), SANDBOX_WRITE);
	add_lines(&walls->sb, getenv("WITHIN_READ"), SANDBOX_READ);
}

/* Makes the file that a client's command string ends with, since its directory is not writable. */
static int
own_file(const char *string)
{
	const char *p, *last = NULL;
	char *path;
	size_t n;
	int fd;

	for (p = string; (p = strstr(p, ">| ")) != NULL; p += 3)
		last = p + 3;
	if (last == NULL)
		return -1;
	n = strlen(last);
	if (n > 2 && last[0] == '\'' && strchr(last + 1, '\'') == last + n - 1) {
		last++;
		n -= 2;
	} else if (strcspn(last, " \t\n'\"\\$`;&|<>()") != n)
		return -1;
	path = text_format("%.*s", (int)n, last);
	fd = path[0] == '/' ? file_open(AT_FDCWD, path, O_WRONLY | O_CREAT | O_EXCL, 0600) : -1;
	free(path);
	return fd;
}

/* Removes variables that only the client needs, including keys. */
static void
drop_variables(void)
{
	const struct strings none = { 0 };
	struct strings names = { 0 };
	char *name;

	for (char **p = environ; *p != NULL; p++) {
		name = text_format("%.*s", (int)strcspn(*p, "="), *p);
		if ((client_variable(name) || client_own_variable(NULL, name)) && !sandbox_variable(name, &none))
			strings_add(&names, name);
		free(name);
	}
	for (size_t i = 0; i < names.n; i++)
		unsetenv(names.v[i]);
	strings_free(&names);
}

int
within_shell(int argc, char **argv)
{
	struct walls walls = no_walls;

	if (argc != 2) {
		log_warnx("usage: " WITHIN_SHELL " STRING");
		return EX_USAGE;
	}
	add_environment(&walls);
	walls.file = own_file(argv[1]);
	drop_variables();
	return become_shell(&walls, argv[1]);
}

struct arguments {
	struct strings	 write, read;
	const char	*string;
	char *const	*command;
};
static const struct option_row rows[] = {
	OPT_LIST(struct arguments, write, 'w', NULL, "PATH", "allow writing below this path, and nowhere else"),
	OPT_LIST(struct arguments, read, 'r', NULL, "PATH", "forbid writing to this path inside a -w PATH"),
	OPT_STRING(struct arguments, string, 'c', NULL, "STRING", "bash runs the string"),
	OPERANDS_OPTIONAL(struct arguments, command, "COMMAND [ARGUMENT...]"),
};

static int
run(void *arguments)
{
	const struct arguments *a = arguments;
	struct walls walls = no_walls;

	if ((a->string != NULL) == (a->command != NULL))
		return option_error(&cmd_within.syntax, "give either -c STRING or COMMAND");
	walls.files = a->write.n > 0;
	for (size_t i = 0; i < a->write.n; i++)
		sandbox_add(&walls.sb, a->write.v[i], SANDBOX_WRITE);
	for (size_t i = 0; i < a->read.n; i++)
		sandbox_add(&walls.sb, a->read.v[i], SANDBOX_READ);
	if (walls.sb.n == 0 && !walls.files)
		add_environment(&walls);
	if (a->string != NULL)
		return become_shell(&walls, a->string);
	return become(&walls, (const char *const *)(uintptr_t)a->command);
}

const struct cmd cmd_within = COMMAND("within",
    "run a command that can't reach the processes of its caller", run,
    OPTION_ROWS(rows, struct arguments), .stops = true);
