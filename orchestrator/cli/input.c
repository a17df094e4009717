/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "orchestrator/cli/input.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/sys/child.h"
#include "proto/sys/file.h"

int
input_read(int fd, const char *name, size_t max, char **text)
{
	struct text t = { 0 };
	char chunk[8192];
	ssize_t n;
	int rv = 0;

	*text = NULL;
	while (rv == 0 && (n = read(fd, chunk, sizeof(chunk))) != 0) {
		if (n > 0)
			text_add(&t, chunk, (size_t)n);
		else if (errno != EINTR) {
			log_warn("%s", name);
			rv = EX_IOERR;
		}
		if (rv == 0 && t.len > max) {
			log_warnx("%s: more than %zu bytes; shorten it", name, max);
			rv = EX_DATAERR;
		}
	}
	if (rv == 0 && t.buf != NULL && strlen(t.buf) != t.len) {
		log_warnx("%s: holds a NUL byte; give text", name);
		rv = EX_DATAERR;
	}
	if (rv == 0)
		*text = text_format("%s", t.buf != NULL ? t.buf : "");
	text_free(&t);
	return rv;
}

/* Lines that begin with '#' are the question's. */
static void
strip_comments(char *text)
{
	char *to = text;
	size_t len;

	for (char *line = text; *line != '\0'; line += len) {
		len = strcspn(line, "\n");
		len += line[len] == '\n';
		if (*line == '#')
			continue;
		memmove(to, line, len);
		to += len;
	}
	*to = '\0';
}

/* Like git, the editor may be a command with arguments. */
static int
run_editor(const char *path)
{
	const char *editor = getenv("VISUAL"), *step;
	const struct child_wait wait = { .deadline = 0 };
	char *command;
	pid_t pid;
	int status;

	if (editor == NULL || *editor == '\0')
		editor = getenv("EDITOR");
	if ((editor == NULL || *editor == '\0') && !isatty(STDIN_FILENO)) {
		log_warnx("there is no terminal for an editor: give the text as an argument, or - for standard input");
		return EX_USAGE;
	}
	if (editor == NULL || *editor == '\0')
		editor = "vi";
	command = text_format("%s \"$0\"", editor);
	pid = child_start(&(struct child_spec){ .argv = (const char *const[]){ "sh", "-c", command, path, NULL },
	    .in = STDIN_FILENO, .out = STDOUT_FILENO, .err = STDERR_FILENO }, &step);
	status = pid == -1 ? -1 : child_finish(pid, &wait);
	free(command);
	if (status == 0)
		return 0;
	log_warnx("%s: the editor failed: give the text as an argument, or set EDITOR", editor);
	return EX_UNAVAILABLE;
}

static int
edit_file(const char *path, const char *question, char **text)
{
	char *begin = text_format("\n# %s  Lines that begin with '#' are left out.\n", question);
	size_t len;
	int rv;

	if (file_create(AT_FDCWD, path, begin, strlen(begin), 0) == -1) {
		log_warn("%s", path);
		rv = EX_CANTCREAT;
	} else if ((rv = run_editor(path)) == 0 && file_read(AT_FDCWD, path, INPUT_MAX, text, &len) == -1) {
		log_warn("%s", path);
		rv = EX_IOERR;
	}
	free(begin);
	return rv;
}

static int
edit_text(const char *question, char **text)
{
	const char *tmp = getenv("TMPDIR");
	char *dir = text_format("%s/orchestrator.XXXXXX", tmp != NULL && *tmp != '\0' ? tmp : "/tmp"), *path;
	int rv;

	*text = NULL;
	if (mkdtemp(dir) == NULL) {
		log_warn("%s", dir);
		free(dir);
		return EX_CANTCREAT;
	}
	path = text_format("%s/text", dir);
	if ((rv = edit_file(path, question, text)) == 0)
		strip_comments(*text);
	unlink(path);
	rmdir(dir);
	free(path);
	free(dir);
	return rv;
}

int
input_text(const struct syntax *s, const char *operand, bool edit, const char *question, char **text)
{
	int rv = 0;

	*text = NULL;
	if (edit == (operand != NULL))
		return option_error(s, edit ? "give a text or -e, not both" : "a text is needed: as an argument, with "
		    "-e in $EDITOR, or - for standard input");
	if (edit)
		rv = edit_text(question, text);
	else if (strcmp(operand, "-") != 0)
		*text = text_format("%s", operand);
	else
		rv = input_read(STDIN_FILENO, "standard input", INPUT_MAX, text);
	if (rv == 0) {
		text_trim(*text, strlen(*text));
		if (**text == '\0') {
			log_warnx("%s: the text is empty, and nothing was done", s->name);
			rv = EX_DATAERR;
		} else if (!text_utf8_valid(*text, strlen(*text)) || strlen(*text) > INPUT_MAX) {
			log_warnx("%s: the text must be UTF-8, and at most %u bytes long", s->name, INPUT_MAX);
			rv = EX_DATAERR;
		}
	}
	if (rv != 0) {
		free(*text);
		*text = NULL;
	}
	return rv;
}

int
input_confirm(const char *question, const char *refusal)
{
	char *line = NULL;
	size_t size = 0;
	bool yes;

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
		log_warnx("%s", refusal);
		return EX_USAGE;
	}
	printf("%s [y/N] ", question);
	fflush(stdout);
	yes = getline(&line, &size, stdin) > 0 && (line[0] == 'y' || line[0] == 'Y');
	free(line);
	if (!yes)
		puts("nothing was done");
	return yes ? 0 : EX_NEGATIVE;
}
