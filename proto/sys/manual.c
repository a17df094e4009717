/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/sys/child.h"
#include "proto/sys/file.h"
#include "proto/sys/manual.h"

#define PAGE_MAX	(1u << 20)

const char *const manual_topics[] = {
	"beads", "config", "faq", "howto", "json", "quick", "security", "session", "streams", "tasklist", "tutorial", "worker", NULL
};

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

/* Does the page describe the command? */
static bool
describes(const char *path, const char *command)
{
	char *line = text_format("\n.It Cm %s", command), *text = NULL;
	const char *at;
	size_t len;
	bool has = file_read(AT_FDCWD, path, PAGE_MAX, &text, &len) == 0 && (at = strstr(text, line)) != NULL &&
	    strchr(" \n", at[strlen(line)]) != NULL;

	free(text);
	free(line);
	return has;
}

/* The page in the tree of a program that was built and not installed, malloced; NULL when there is none. */
static char *
built_page(const char *main_page, const char *topic, bool command)
{
	char exe[PATH_MAX], *path, *found = NULL;
	ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
	glob_t pages = { 0 };

	for (int up = 0; up < 3 && n > 0; up++)		/* TREE/build/bin/program */
		while (n > 0 && exe[--n] != '/')
			;
	if (n <= 0)
		return NULL;
	for (const char *section = "157"; found == NULL && *section != '\0'; section++) {
		path = text_format("%.*s/man/orchestrator-%s.%c", (int)n, exe, topic, *section);
		if (access(path, R_OK) == 0)
			found = path;
		else
			free(path);
	}
	path = text_format("%.*s/man/%s*.1", (int)n, exe, main_page);	/* the main page is the last one */
	if (found == NULL && command && glob(path, 0, NULL, &pages) == 0)
		for (size_t i = 0; found == NULL && i < pages.gl_pathc; i++)
			if ((strstr(pages.gl_pathv[i], "-worker.1") == NULL || strstr(main_page, "-worker") != NULL) &&
			    describes(pages.gl_pathv[i], topic))
				found = text_format("%s", pages.gl_pathv[i]);
	globfree(&pages);
	free(path);
	return found;
}

static void
no_page(const char *topic)
{
	struct text t = { 0 };

	for (size_t i = 0; manual_topics[i] != NULL; i++)
		text_printf(&t, "%s%s", i == 0 ? "" : manual_topics[i + 1] == NULL ? " and " : ", ", manual_topics[i]);
	log_warnx("there is no manual page of \"%s\"; topics are the commands, and %s", topic, t.buf);
	text_free(&t);
}

int
manual_open(const char *main_page, const char *topic, bool command)
{
	char *own = text_format("orchestrator-%s", topic), *built = built_page(main_page, topic, command), path[PATH_MAX];
	const char *page = NULL;
	int rv = EX_NOINPUT;

	if (child_find("man", NULL, path, sizeof(path)) == -1) {
		log_warnx("man(1) is not installed; install it, or read the files of man/ in the source");
		rv = EX_UNAVAILABLE;
	} else if (built != NULL)
		page = built;
	else if (exists(own))
		page = own;
	else if (command)
		page = main_page;
	if (page != NULL && (page != main_page || exists(page))) {
		fflush(stdout);
		child_become((const char *const[]){ "man", page, NULL });
		log_warn("%s", path);
		rv = EX_UNAVAILABLE;
	} else if (page != NULL)
		log_warnx("the manual page %s is not installed; \"make install\" installs it, and MANPATH names the "
		    "directories that man(1) searches", page);
	else if (rv == EX_NOINPUT)
		no_page(topic);
	free(built);
	free(own);
	return rv;
}
