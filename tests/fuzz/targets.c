/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <err.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/sys/file.h"
#include "tests/fuzz/fuzz.h"

const struct fuzz_target fuzz_targets[] = {
	{ "state", fuzz_state, 16384 },
	{ "item", fuzz_item, 8192 },
	{ "config", fuzz_config, 8192 },
	{ "settings", fuzz_settings, 8192 },
	{ "questions", fuzz_questions, 8192 },
	{ "answer", fuzz_answer, 4096 },
	{ "answers", fuzz_answers, 4096 },
	{ "message", fuzz_message, 4096 },
	{ "messages", fuzz_messages, 8192 },
	{ "review", fuzz_review, 8192 },
	{ "json", fuzz_json, 4096 },
	{ "tasklist", fuzz_tasklist, 16384 },
	{ "streams", fuzz_streams, 16384 },
	{ "checklist", fuzz_checklist, 4096 },
	{ "yaml", fuzz_yaml, 4096 },
	{ "beads", fuzz_beads, 8192 },
	{ "clients", fuzz_clients, 16384 },
	{ "output", fuzz_output, 16384 },
	{ "inbox", fuzz_inbox, 4096 },
	{ "mcp", fuzz_mcp, 4096 },
	{ "text", fuzz_text, 4096 },
	{ "names", fuzz_names, 256 },
	{ "reply", fuzz_reply, 4096 },
	{ "glob", fuzz_glob, 256 },
	{ "conflicts", fuzz_conflicts, 4096 },
	{ "index", fuzz_index, 8192 },
	{ "refs", fuzz_refs, 4096 },
	{ NULL, NULL, 0 },
};

void
fuzz_fail(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fputs("property: ", stderr);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
	va_end(ap);
	abort();
}

void
fuzz_words(const char *words)
{
	if (*words == '\0')
		fuzz_fail("an error without a reason");
	if (strchr(words, '\n') != NULL)
		fuzz_fail("a reason of several lines: %s", words);
}

void
fuzz_reason(const char *reason)
{
	fuzz_words(reason);
	for (const char *p = reason; *p != '\0'; p++)
		if (((unsigned char)*p < ' ' && *p != '\t') || *p == 0x7f)
			fuzz_fail("a reason that is not plain: %s", reason);
}

static char *scratch;

static void
scratch_remove(void)
{
	(void)file_remove_tree(AT_FDCWD, scratch);
	free(scratch);
}

int
fuzz_scratch(const char **path)
{
	const char *base = getenv("TMPDIR");
	static int fd = -1;

	if (fd == -1) {
		if (asprintf(&scratch, "%s/fuzz.XXXXXX", base == NULL ? "/tmp" : base) == -1 ||
		    mkdtemp(scratch) == NULL || (fd = file_open_dir(AT_FDCWD, scratch)) == -1)
			err(1, "a directory to work in");
		atexit(scratch_remove);
	}
	if (path != NULL)
		*path = scratch;
	return fd;
}

void
fuzz_file(const char *name, const char *buf, size_t len)
{
	int fd = openat(fuzz_scratch(NULL), name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (fd == -1 || file_write_all(fd, buf, len) == -1)
		err(1, "%s", name);
	close(fd);
}

char *
fuzz_field(const char **buf, size_t *len)
{
	const char *nul = memchr(*buf, '\0', *len);
	size_t n = nul == NULL ? *len : (size_t)(nul - *buf);
	char *copy = malloc(n + 1);

	if (copy == NULL)
		err(1, NULL);
	memcpy(copy, *buf, n);
	copy[n] = '\0';
	n += nul != NULL;
	*buf += n;
	*len -= n;
	return copy;
}
