/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/wait.h>

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/text.h"
#include "proto/json/json.h"
#include "proto/session/caps.h"
#include "proto/sys/child.h"
#include "worker/agent/agent.h"
#include "worker/agent/event.h"

#define SHOWN		400	/* bytes shown of a tool's input or output */
#define SHOWN_PLAIN	2000	/* bytes shown of a line that is not an event */

/* The code unit of an escape \uXXXX, -1 if it is not one. */
static long
unit_at(const char *p, const char *end)
{
	char hex[5] = "";

	if (end - p < 6 || p[0] != '\\' || p[1] != 'u')
		return -1;
	memcpy(hex, p + 2, 4);
	return strspn(hex, "0123456789abcdefABCDEF") == 4 ? strtol(hex, NULL, 16) : -1;
}

/* A tool's output may contain NUL and half characters, which our JSON does not allow. */
static void
repair(struct text *t, const char *p, const char *end)
{
	const char *next;
	long unit, low;

	for (; p < end; p = next) {
		next = memchr(p, '\\', (size_t)(end - p));
		if (next != p) {
			next = next != NULL ? next : end;
			text_add(t, p, (size_t)(next - p));
			continue;
		}
		unit = unit_at(p, end);
		low = unit >= 0xd800 && unit < 0xdc00 ? unit_at(p + 6, end) : -1;
		next = p + (unit == -1 ? 2 : low >= 0xdc00 && low < 0xe000 ? 12 : 6);
		if (unit == 0 || (next == p + 6 && unit >= 0xd800 && unit < 0xe000))
			text_puts(t, "\\ufffd");
		else
			text_add(t, p, (size_t)((next < end ? next : end) - p));
	}
}

struct json *
event_parse(const char *line, size_t len)
{
	struct text t = { 0 };
	struct json *event;
	char err[128];

	event = json_parse(line, len, 0, err, sizeof(err));
	if (event == NULL && len > 0 && line[0] == '{') {
		repair(&t, line, line + len);
		event = json_parse(t.buf, t.len, 0, err, sizeof(err));
		text_free(&t);
	}
	return event;
}

void
event_show(struct text *out, const char *what, const char *text, int lines)
{
	size_t left = SHOWN, n, cut;

	text_puts(out, what);
	for (;;) {
		n = cut = strcspn(text, "\n");
		if (cut > left)
			cut = text_cut(text, left);
		text_add(out, text, cut);
		left -= cut;
		text += cut;
		if (text[strspn(text, " \t\r\n")] == '\0') {
			text_puts(out, "\n");
			return;
		}
		if (cut < n || --lines == 0) {
			text_puts(out, " ...\n");
			return;
		}
		text_puts(out, "\n   ");
		text++;
	}
}

void
event_call(struct text *out, const char *name, const struct json *input)
{
	static const char *const telling[] = { "command", "file_path", "filePath", "notebook_path", "pattern", "path", "url", "query",
		"description", "prompt" };
	const char *text = NULL;
	char what[80], *all = NULL;

	snprintf(what, sizeof(what), "-> %.60s: ", *name != '\0' ? name : "tool");
	for (size_t i = 0; text == NULL && i < sizeof(telling) / sizeof(telling[0]); i++)
		text = json_str(input, telling[i]);
	if (text == NULL && input != NULL)
		text = all = json_text(input, false, NULL);
	event_show(out, what, text != NULL ? text : "", 1);
	free(all);
}

void
event_output(struct text *out, bool failed, const char *text)
{
	event_show(out, failed ? "<- error: " : "<- ", text, EVENT_LINES);
}

void
event_words(const struct text *message, size_t *shown, bool all, struct text *out)
{
	const char *from = message->len > *shown ? message->buf + *shown : NULL;
	const char *end = from != NULL ? memrchr(from, '\n', message->len - *shown) : NULL;
	size_t n = all && from != NULL ? message->len - *shown : end != NULL ? (size_t)(end + 1 - from) : 0;

	if (n == 0)
		return;
	text_add(out, from, n);
	if (from[n - 1] != '\n')
		text_puts(out, "\n");
	*shown += n;
}

void
event_option(struct strings *argv, const char *name, const char *value)
{
	if (value == NULL)
		return;
	strings_add(argv, name);
	strings_add(argv, value);
}

void
event_arguments(struct strings *argv, const struct strings *more)
{
	char *script;

	if (more->n > 0 && argv->n == 3 && strcmp(argv->v[1], "-c") == 0) {
		script = text_format("%s \"$@\"", argv->v[2]);
		free(argv->v[2]);
		argv->v[2] = script;
		strings_add(argv, argv->v[0]);
	}
	strings_add_all(argv, more);
}

void
event_env(struct strings *env, const char *name, const char *value)
{
	if (strings_value(env, name) == NULL && getenv(name) == NULL)
		strings_set(env, name, value);
}

/* A client may print where it failed after why: lines that continue one, and a trace. */
static bool
explains(const char *before, const char *text)
{
	return before[0] == '\0' || (text[0] != ' ' && text[0] != '\t' &&
	    (strncasecmp(before, "error", 5) != 0 || strncasecmp(text, "error", 5) == 0));
}

void
event_plain(struct agent_run *run, const char *line, size_t len, const char *lost, struct text *out)
{
	char *text = text_format("%.*s", (int)(len < SHOWN_PLAIN ? len : SHOWN_PLAIN), line);

	if (!run->ended && text[strspn(text, " \t\r")] != '\0' && explains(run->error_text, text))
		text_first_line(run->error_text, sizeof(run->error_text), text);
	run->lost = run->lost || strstr(text, lost) != NULL;
	free(text);
	text_add(out, line, len < SHOWN_PLAIN ? len : SHOWN_PLAIN);
	text_puts(out, len < SHOWN_PLAIN ? "\n" : " ...\n");
}

void
event_model(struct agent_run *run, const char *name)
{
	if (name == NULL || *name == '\0' || strlen(name) >= sizeof(run->model))
		return;
	for (const char *p = name; *p != '\0'; p++)
		if (!isascii((unsigned char)*p) || !isgraph((unsigned char)*p))
			return;
	strlcpy(run->model, name, sizeof(run->model));
}

void
event_calls(struct agent_run *run, int n)
{
	run->calls = run->calls + n > 0 ? run->calls + n : 0;
}

void
event_result(struct agent_run *run, const char *words)
{
	text_clear(&run->result);
	text_add(&run->result, words, strnlen(words, SESSION_MAX_TEXT));
}

void
event_done(struct agent_run *run, struct text *out)
{
	run->ended = true;
	run->error = false;
	run->error_text[0] = '\0';
	text_printf(out, "(done: %lld tokens in, %lld out", (long long)run->input_tokens, (long long)run->output_tokens);
	if (run->cost_microusd > 0)
		text_printf(out, ", %.4f USD", (double)run->cost_microusd / 1e6);
	text_puts(out, ")\n");
}

/* An API's error may be JSON within words, and that in a string of its own: its message alone, after the words. */
static char *
plain_words(const char *why)
{
	const char *from = strchr(why, '{'), *to = strrchr(why, '}'), *message;
	struct json *o = from != NULL && to > from ? event_parse(from, (size_t)(to + 1 - from)) : NULL;
	char *text, *within;

	why += why[0] == '[';
	if ((message = json_str(json_get(o, "error"), "message")) == NULL)
		message = json_str(o, "message");
	within = message != NULL && strchr(message, '{') != NULL && strlen(message) < strlen(why) ? plain_words(message) : NULL;
	text = message == NULL ? text_format("%s", why)
	    : text_format("%.*s%s", (int)(from - why), why, within != NULL ? within : message);
	free(within);
	json_free(o);
	return text;
}

void
event_failed(struct agent_run *run, const char *why, struct text *out)
{
	char *words = plain_words(why);

	run->ended = run->error = true;
	run->error_text[0] = '\0';
	text_first_line(run->error_text, sizeof(run->error_text), words);
	if (run->error_text[0] == '\0')
		strlcpy(run->error_text, "the client reported an error", sizeof(run->error_text));
	text_printf(out, "error: %s\n", run->error_text);
	free(words);
}

void
event_finish(struct agent_run *run, int status)
{
	char how[sizeof(run->error_text)] = "it ended without a result";

	if (run->ended && (run->error || !WIFSIGNALED(status)))
		return;
	run->error = true;
	run->broken = WIFSIGNALED(status) && run->conversation[0] != '\0';
	(void)child_status_text(status, how, sizeof(how));
	if (run->ended || run->error_text[0] == '\0' || WIFSIGNALED(status))
		strlcpy(run->error_text, how, sizeof(run->error_text));
}
