/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/base/fault.h"
#include "proto/base/text.h"
#include "proto/git/git_internal.h"
#include "proto/sys/file.h"

/*
 * Why git failed.  Its output contains names that an agent chose, even at the end of a line.  Its trace
 * (api-trace2) also has the format of an error, which contains the text of errno and no names, as a JSON
 * member that no name can imitate.
 */

#define TRACE_MAX	(64u << 10)
#define ERRNO_MAX	134
#define FORMAT		"\",\"fmt\":\""
#define FULL		" write error. Out of diskspace"	/* message of an index, without errno */

int
git_trace_open(void)
{
	return file_memory(TRACE_MAX);
}

static bool
ends_with(const char *s, size_t len, const char *end)
{
	size_t n = strlen(end);

	return len >= n && memcmp(s + len - n, end, n) == 0;
}

/* The errno whose text s ends with, after a colon. */
static int
words_of(const char *s, size_t len)
{
	size_t n;

	for (int e = 1; e < ERRNO_MAX; e++) {
		n = strlen(strerror(e));
		if (len > n + 2 && memcmp(s + len - n - 2, ": ", 2) == 0 &&
		    ends_with(s, len, strerror(e)))
			return e;
	}
	return ends_with(s, len, FULL) ? ENOSPC : 0;
}

/* The error for an index lock has no format of its own, but our index has no name that an agent chose. */
static int
lock_of(const char *line, size_t len, const struct git *g)
{
	char *begin = text_format(",\"msg\":\"Unable to create '%s.lock': ", g->index);
	const char *msg = g->index == NULL ? NULL : memmem(line, len, begin, strlen(begin));
	int code = 0;

	/* whatever comes before it, a quotation mark in a name does not end a member */
	if (msg != NULL)
		code = words_of(msg, (size_t)(line + len - msg));
	free(begin);
	return code;
}

/* An event ends with ...,"msg":"...","fmt":"..."} */
static int
event_code(const char *line, size_t len, const struct git *g)
{
	static const char event[] = "{\"event\":\"error\",";
	const char *fmt;

	if (len < strlen(event) + 2 || memcmp(line, event, strlen(event)) != 0 ||
	    !ends_with(line, len, "\"}") ||
	    (fmt = memmem(line, len, FORMAT, strlen(FORMAT))) == NULL)
		return 0;
	len -= 2;
	if ((size_t)(line + len - fmt) == strlen(FORMAT "%s") && ends_with(line, len, "%s"))
		return lock_of(line, (size_t)(fmt - line), g);
	fmt += strlen(FORMAT);
	return words_of(fmt, (size_t)(line + len - fmt));
}

/* The code of the first line that gives a reason. */
static int
lines_code(const char *s, size_t len, const struct git *g)
{
	const char *end = s + len, *nl;
	int code = 0;

	for (; code == 0 && s < end; s = nl + 1) {
		if ((nl = memchr(s, '\n', (size_t)(end - s))) == NULL)
			nl = end;
		code = g != NULL ? event_code(s, (size_t)(nl - s), g) : words_of(s, (size_t)(nl - s));
	}
	return code;
}

int
git_fault(int status, int trace, const struct git *g, const char *errout)
{
	int code = fault_of_status(status);
	char *buf;
	ssize_t n;

	if (code != 0)
		return code;
	if (g == NULL)	/* without g the message names only our paths and the user's */
		return errout == NULL ? 0 : lines_code(errout, strlen(errout), NULL);
	if (trace == -1 || (buf = malloc(TRACE_MAX)) == NULL)
		return 0;
	if ((n = pread(trace, buf, TRACE_MAX, 0)) > 0)
		code = lines_code(buf, strnlen(buf, (size_t)n), g);
	free(buf);
	return code;
}
