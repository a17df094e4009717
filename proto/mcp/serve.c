/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/wait.h>

#include <errno.h>
#include <string.h>
#include <stdlib.h>
#include <sysexits.h>
#include <unistd.h>

#include "proto/base/log.h"
#include "proto/base/strings.h"
#include "proto/base/text.h"
#include "proto/json/rpc.h"
#include "proto/mcp/mcp.h"
#include "proto/sys/child.h"

#define SAID_MAX	(8u << 20)	/* bytes that a command may print */

bool
mcp_command(const struct mcp_server *s, const struct mcp_tool *t, const struct strings *arguments, const char *input,
    struct text *said)
{
	struct strings argv = { 0 };
	char *words = text_format("%s", t->command), *rest = words, *word, *out = NULL, *errors = NULL, why[128] = "";
	struct child_io io = { .in = input, .inlen = input != NULL ? strlen(input) : 0, .max = SAID_MAX, .out = &out,
		.errout = &errors };
	const char **vector;
	int status;

	strings_add(&argv, "/proc/self/exe");
	if (s->before != NULL)
		strings_add_all(&argv, s->before);
	while ((word = strsep(&rest, " ")) != NULL)
		strings_add(&argv, word);
	strings_add_all(&argv, arguments);
	vector = strings_vector(&argv);
	status = child_run(&(struct child_spec){ .argv = vector, .die_with_parent = true }, &io);
	if (status == -1)
		text_printf(said, "%s: %s", t->name, strerror(errno));
	else if (child_status_text(status, why, sizeof(why)) != 0 && (errors == NULL || *errors == '\0'))
		text_printf(said, "%s: %s\n", t->name, why);
	text_puts(said, out != NULL ? out : "");
	text_puts(said, errors != NULL ? errors : "");
	if (said->len == 0)
		text_puts(said, "done");
	free(vector);
	free(words);
	free(out);
	free(errors);
	strings_free(&argv);
	return status == 0 || (status != -1 && t->fine != 0 && WIFEXITED(status) && WEXITSTATUS(status) == t->fine);
}

/* false: the client has closed its end. */
static bool
put(const struct text *out)
{
	ssize_t n;

	for (size_t at = 0; at < out->len; at += (size_t)n)
		if ((n = write(STDOUT_FILENO, out->buf + at, out->len - at)) == -1) {
			if (errno != EINTR)
				return false;
			n = 0;
		}
	return true;
}

/* Handles the complete lines of the input, and skips the rest of a line that is too long. */
static bool
take(const struct mcp_server *s, struct text *line, bool *over, const char *buf, size_t len)
{
	struct text out = { 0 };
	const char *end;
	bool good = true;
	size_t n;

	for (; good && len > 0; buf += n, len -= n) {
		end = memchr(buf, '\n', len);
		n = end != NULL ? (size_t)(end - buf) + 1 : len;
		if (!*over)
			text_add(line, buf, end != NULL ? n - 1 : n);
		if (!*over && line->len > MCP_LINE_MAX) {
			*over = true;
			rpc_error(&out, NULL, RPC_REQUEST, "the message is larger than 1 MiB", NULL);
		}
		if (end != NULL && !*over && line->len > 0)
			mcp_line(s, line->buf, line->len, &out);
		if (end != NULL || *over)
			text_clear(line);
		*over = *over && end == NULL;
		good = put(&out);
		text_clear(&out);
	}
	text_free(&out);
	return good;
}

int
mcp_serve(const struct mcp_server *s)
{
	struct text line = { 0 };
	char buf[65536];
	bool over = false;
	ssize_t n;

	while ((n = read(STDIN_FILENO, buf, sizeof(buf))) > 0 || (n == -1 && errno == EINTR))
		if (n > 0 && !take(s, &line, &over, buf, (size_t)n))
			break;
	text_free(&line);
	if (n == -1)
		log_warn("standard input");
	return n == -1 ? EX_IOERR : 0;
}
