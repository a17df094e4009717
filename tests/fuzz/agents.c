/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/stat.h>

#include <err.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/json/json.h"
#include "proto/json/record.h"
#include "proto/mcp/mcp.h"
#include "proto/record/inbox.h"
#include "proto/record/message.h"
#include "proto/sys/file.h"
#include "tests/fuzz/fuzz.h"
#include "worker/agent/agent.h"
#include "worker/core/output.h"
#include "worker/core/worker.h"
#include "worker/run/stream.h"

#define LOG	"output.log"

static struct worker worker;	/* half a megabyte, mostly unused */

/* Every line is under its label, and has nothing that a terminal obeys. */
static void
check_log(const char *label)
{
	size_t len, n, prefix = strlen(label);
	char *buf, *p, *nl;

	if (file_read(fuzz_scratch(NULL), LOG, 64 << 20, &buf, &len) == -1)
		err(1, LOG);
	for (p = buf; p < buf + len; p = nl + 1) {
		if ((nl = memchr(p, '\n', (size_t)(buf + len - p))) == NULL)
			fuzz_fail("a line without an end");
		if (*p++ != '[' || strncmp(p, label, prefix) != 0 || strncmp(p + prefix, "] ", 2) != 0)
			fuzz_fail("a line without its label");
		n = (size_t)(nl - p);
		if (!text_utf8_valid(p, n))
			fuzz_fail("not UTF-8");
		for (; n > 0; n--, p++)
			if (((unsigned char)*p < 0x20 && *p != '\t') || *p == 0x7f)
				fuzz_fail("a control character");
	}
	free(buf);
}

/* Writes the output of a run into the log, in pieces as from a pipe. */
static void
print(const char *buf, size_t len, const char *label, const struct adapter *adapter, struct agent_run *run)
{
	struct run_spec spec = { .label = label, .line = adapter != NULL ? adapter->line : NULL,
		.arg = run, .keep = 1024 };
	struct run_result res = { .end = RUN_EXITED };
	struct stream s;
	int fd, dirfd = fuzz_scratch(NULL);

	fuzz_file("printed", buf, len);
	fuzz_file(LOG, "", 0);
	worker.dirfd = dirfd;
	worker.config.settings.transcript_mb = 1;
	if ((fd = openat(dirfd, "printed", O_RDONLY | O_CLOEXEC)) == -1 || output_open(dirfd, LOG) == -1)
		err(1, LOG);
	stream_init(&s, &worker, &spec, &res);
	while (stream_read(&s, fd) == 1)
		;
	stream_finish(&s);
	output_close();
	close(fd);
	if (res.tail.len > spec.keep || res.tail.len > len)
		fuzz_fail("kept %zu bytes", res.tail.len);
	text_free(&res.tail);
	check_log(label);
}

void
fuzz_output(const char *buf, size_t len)
{
	print(buf, len, "gate", NULL, NULL);
}

/* Each line that was said to the client is an object. */
static void
check_said(const struct text *said)
{
	char why[128], *line, *rest = said->buf;
	struct json *o;

	while (rest != NULL && (line = strsep(&rest, "\n")) != NULL && *line != '\0') {
		if ((o = json_parse(line, strlen(line), 0, why, sizeof(why))) == NULL || json_kind(o) != JSON_OBJECT)
			fuzz_fail("said to the client: %s", line);
		json_free(o);
	}
}

static void
fuzz_adapter(const struct adapter *adapter, const char *buf, size_t len)
{
	static char name[] = "claude";
	static const struct agent agent = { .name = name, .adapter = name };
	struct agent_run run = { .agent = &agent, .role = ROLE_IMPLEMENTER, .prompt = "Do it.", .dir = "/" };
	struct strings argv = { 0 }, env = { 0 };

	if (adapter->begin != NULL) {
		adapter->command(&run, &argv, &env);
		adapter->begin(&run);
		run.words = text_format("Do this as well.");
	}
	print(buf, len, "implementer", adapter, &run);
	if (adapter->tell != NULL)
		adapter->tell(&run);
	adapter->finish(&run, 0);
	if (!run.ended && !run.error)
		fuzz_fail("it did not end, and that is no error");
	if (run.error)
		fuzz_words(run.error_text);
	if (run.input_tokens < 0 || run.output_tokens < 0 || run.cost_microusd < 0)
		fuzz_fail("%lld tokens in, %lld out", (long long)run.input_tokens,
		    (long long)run.output_tokens);
	check_said(&run.talk.out);
	text_free(&run.talk.out);
	text_free(&run.result);
	ruling_release(&run.ruling);
	free(run.own);
	free(run.words);
	strings_free(&argv);
	strings_free(&env);
}

void
fuzz_clients(const char *buf, size_t len)
{
	static const struct adapter *const all[] = { &adapter_claude, &adapter_codex, &adapter_codex_exec, &adapter_gemini,
		&adapter_opencode, &adapter_acp };

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		fuzz_adapter(all[i], buf, len);
}

static int
hear(void *arg, const char *id, const char *buf, size_t len, const char *why)
{
	char reason[RECORD_ERR] = "";
	struct message m;

	(void)arg;
	if (*id != '\0' && !message_id_valid(id))
		fuzz_fail("a message of no id");
	if (buf == NULL) {
		if (*why == '\0')
			fuzz_fail("refused without a reason");
	} else if (len > SESSION_MAX_MESSAGE)
		fuzz_fail("%zu bytes", len);
	else if (message_parse(&m, buf, len, reason, sizeof(reason)) == 0)
		message_release(&m);
	else
		fuzz_reason(reason);
	return 0;
}

/* Makes a directory with a link out of it. */
static void
put_directory(int dirfd, const char *name)
{
	int fd;

	if (mkdirat(dirfd, name, 0700) == -1 || (fd = file_open_dir(dirfd, name)) == -1)
		return;
	if (symlinkat("../../..", fd, "up") == -1)
		err(1, "up");
	close(fd);
}

static void
put_file(int dirfd, const char *name, const char *text, bool large)
{
	int fd = openat(dirfd, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd == -1)
		return;
	if (file_write_all(fd, text, strlen(text)) == -1 ||
	    (large && ftruncate(fd, SESSION_MAX_MESSAGE + 1) == -1))
		err(1, "%s", name);
	close(fd);
}

/* Makes an entry of new/ as an agent may: of any kind, with any possible name. */
static int
put(int dirfd, char kind, const char *name, const char *text)
{
	if (*name == '\0' || strchr(name, '/') != NULL || strcmp(name, ".") == 0 ||
	    strcmp(name, "..") == 0)
		return -1;
	switch (kind & 7) {
	case 1:
		return symlinkat(text, dirfd, name);
	case 2:
		return mkfifoat(dirfd, name, 0600);
	case 3:
		put_directory(dirfd, name);
		return 0;
	case 4:
		return linkat(fuzz_scratch(NULL), "other", dirfd, name, 0);
	default:
		put_file(dirfd, name, text, (kind & 7) == 5);
		return 0;
	}
}

/* Kind and name, text, kind and name, text, ... */
void
fuzz_inbox(const char *buf, size_t len)
{
	int scratch = fuzz_scratch(NULL), fd, n = 0;
	char *name, *text, *other;
	size_t size;

	fuzz_file("other", "untouched", 9);
	if (inbox_make(scratch, "1") == -1 ||
	    (fd = openat(scratch, "inbox/1/new", O_RDONLY | O_DIRECTORY | O_CLOEXEC)) == -1)
		err(1, "inbox");
	while (len > 0 && n++ < 100) {
		name = fuzz_field(&buf, &len);
		text = fuzz_field(&buf, &len);
		if (*name != '\0')
			(void)put(fd, name[0], name + 1, text);
		free(name);
		free(text);
	}
	close(fd);
	for (n = 0; inbox_drain(scratch, "1", hear, NULL) > 0;)
		if (++n > 100)
			fuzz_fail("the inbox is never empty");
	if (unlinkat(scratch, "inbox/1/new", AT_REMOVEDIR) == -1)
		fuzz_fail("the inbox is not empty");
	if (file_read(scratch, "other", 100, &other, &size) == -1 || size != 9 ||
	    memcmp(other, "untouched", 9) != 0)
		fuzz_fail("something else was touched");
	free(other);
}

static const char *const words[] = { "red", "blue", NULL };
static const struct mcp_tool tools[] = { { .name = "tool", .help = "Do it.", .command = "do", .arguments = {
	{ .name = "one", .type = MCP_STRING, .needed = true },
	{ .name = "of", .type = MCP_NUMBER, .joined = true },
	{ .name = "text", .type = MCP_TEXT, .option = "--text=" },
	{ .name = "list", .type = MCP_LIST, .option = "-l" },
	{ .name = "flag", .type = MCP_FLAG, .option = "--flag" },
	{ .name = "word", .type = MCP_STRING, .words = words },
	{ .name = "all", .type = MCP_LIST },
} } };

/* No operand can be taken for an option. */
static bool
called(const struct mcp_server *s, const struct mcp_tool *t, const struct strings *argv, const char *input, struct text *said)
{
	(void)s;
	(void)t;
	for (size_t i = 0; i < argv->n; i++)
		if (argv->v[i][0] == '-' && strcmp(argv->v[i], "--flag") != 0 && strncmp(argv->v[i], "-l", 2) != 0 &&
		    (strcmp(argv->v[i], "--text=-") != 0 || input == NULL))
			fuzz_fail("an operand that is an option");
	text_puts(said, argv->n > 0 ? argv->v[0] : "");
	return true;
}

/* A line is answered once at most, with a line of JSON-RPC. */
void
fuzz_mcp(const char *buf, size_t len)
{
	const struct mcp_server server = { .name = "fuzz", .tools = tools, .n = 1, .call = called };
	struct text out = { 0 };
	struct json *reply;
	char why[256];

	if (memchr(buf, '\n', len) != NULL)
		return;
	mcp_line(&server, buf, len, &out);
	if (out.len > 0 && memchr(out.buf, '\n', out.len) != out.buf + out.len - 1)
		fuzz_fail("not one line");
	if (out.len > 0 && ((reply = json_parse(out.buf, out.len, 0, why, sizeof(why))) == NULL ||
	    strcmp(json_words(reply, "jsonrpc"), "2.0") != 0 ||
	    (json_get(reply, "result") == NULL) == (json_get(reply, "error") == NULL)))
		fuzz_fail("not a reply");
	if (out.len > 0)
		json_free(reply);
	text_free(&out);
}
