/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "orchestrator/execute/events.h"
#include "orchestrator/execute/notice.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/alloc.h"
#include "proto/base/clock.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/json/json.h"
#include "proto/session/status.h"
#include "proto/sys/child.h"

#define SEND_MS		10000	/* for one command */
#define CLOSE_S		20	/* for what is left at the end */
#define BODY_MAX	500	/* bytes of a text for the desktop */
#define SENT		"noticed"	/* an event: all notices before it were sent */

static const char *const events[] = { "asked", "blocked", "budget", "done", "held", "parked", "recovered", "unreadable" };

bool
notice_event(const char *event)
{
	int status = status_parse(event);

	if (status != -1)
		return status_approved(status) || status_ended(status);
	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++)
		if (strcmp(event, events[i]) == 0)
			return true;
	return false;
}

/* Of a session, the last status counts: it may enter the same one again. */
static char *
key_of(const char *session, const char *event, const char *text)
{
	return status_parse(event) != -1 ? text_format("%s", session) : text_format("%s\t%s\t%s", session, event, text);
}

static bool
is_known(const struct notices *n, const char *session, const char *event, const char *text)
{
	char *key = key_of(session, event, text), *value = text_format("%s\t%s", event, text);
	bool known = strcmp(json_words(n->known, key), value) == 0;

	free(key);
	free(value);
	return known;
}

static bool
remember(void *arg, const struct json *e)
{
	struct notices *n = arg;
	const char *event = json_words(e, "event"), *text = json_words(e, "text");
	char *key, *value;

	if (strcmp(event, SENT) == 0)
		n->held = 0;
	else if (notice_event(event) || status_parse(event) != -1) {
		n->held += notice_event(event);
		key = key_of(json_words(e, "session"), event, text);
		value = text_format("%s\t%s", event, text);
		json_put_str(n->known, key, value);
		free(key);
		free(value);
	}
	return true;
}

/* Runs a command; what fails is a warning. */
static void
run(const char *what, const char *const *argv, const char *in)
{
	const struct child_spec spec = { .argv = argv, .die_with_parent = true, .session = true };
	char *err = NULL, why[128];
	const struct child_io io = { .in = in, .inlen = in == NULL ? 0 : strlen(in), .errout = &err, .timeout_ms = SEND_MS };
	int status = child_run(&spec, &io);

	if (status == -1)
		log_warn("%s: %s", what, argv[0]);
	else if (child_status_text(status, why, sizeof(why)) != 0)
		log_warnx("%s: %s: %s%s%.*s", what, argv[0], why, err != NULL && *err != '\0' ? ": " : "",
		    err != NULL ? (int)strcspn(err, "\n") : 0, err != NULL ? err : "");
	free(err);
}

/* The beginning of a text for notify-send, which decodes "\\", and a desktop, which may read markup. */
static char *
plain(const char *s)
{
	struct text t = { 0 };
	const char *end = s + strnlen(s, BODY_MAX);

	while (end > s && ((unsigned char)*end & 0xc0) == 0x80)		/* not within a character */
		end--;
	for (; s < end; s++)
		if (*s == '\\')
			text_puts(&t, "\\\\");
		else if (*s == '<' || *s == '>' || *s == '&')
			text_puts(&t, *s == '<' ? "&lt;" : *s == '>' ? "&gt;" : "&amp;");
		else
			text_printf(&t, "%c", (unsigned char)*s < ' ' || *s == 0x7f ? ' ' : *s);
	return t.buf != NULL ? t.buf : text_format("%s", "");
}

static void
to_desktop(const char *line)
{
	char why[128], *title, *body;
	struct json *j = json_parse(line, strlen(line), 0, why, sizeof(why));

	title = text_format("%s: %s", json_words(j, "session"), json_words(j, "event"));
	body = plain(json_words(j, "text"));
	run("notices.desktop", (const char *const[]){ "notify-send", "-a", "orchestrator", "--", title, body, NULL }, NULL);
	free(title);
	free(body);
	json_free(j);
}

/* In the child. */
static int
send_all(void *arg)
{
	const struct notices *n = arg;
	const struct strings *c = &n->settings.on_event;
	const char *shell[] = { "/bin/sh", "-c", c->n > 0 ? c->v[0] : "", NULL }, **argv = alloc_array(c->n + 1, sizeof(*argv));
	char *in;

	for (size_t i = 0; i < c->n; i++)
		argv[i] = c->v[i];
	for (size_t i = 0; i < n->waiting.n; i++) {
		if (n->settings.desktop)
			to_desktop(n->waiting.v[i]);
		in = text_format("%s\n", n->waiting.v[i]);
		if (c->n > 0)
			run("hooks.on_event", c->n == 1 && strpbrk(c->v[0], " \t") != NULL ? shell : argv, in);
		free(in);
	}
	free(argv);
	return 0;
}

/* Sends what waits, or records that all is sent. */
static void
send(struct notices *n)
{
	char *line;

	if (n->pid > 0)
		return;
	if (n->waiting.n > 0 && (n->settings.desktop || n->settings.on_event.n > 0) && (n->pid = child_call(send_all, n)) == -1) {
		log_warn("%zu notices are not sent yet", n->waiting.n);
		n->pid = 0;
		return;
	}
	strings_free(&n->waiting);
	if (n->pid == 0 && n->held == 0 && n->log != NULL) {
		line = events_line(strrchr(n->o->instance, '/') + 1, SENT, NULL);
		events_add(n->log, line);
		free(line);
	}
}

static void
queue(struct notices *n, const char *session, const char *event, const char *text)
{
	char *line = events_line(session, event, text);

	if (n->settings.bell && isatty(STDOUT_FILENO)) {
		putchar('\a');
		fflush(stdout);
	}
	strings_add(&n->waiting, line);
	free(line);
	send(n);
}

void
notices_quiet_over(void *arg)
{
	struct notices *n = arg;
	char *text = text_format("%zu notice%s held back; orchestrator status shows what needs you", n->held,
	    n->held == 1 ? " was" : "s were");

	n->held = 0;
	queue(n, strrchr(n->o->instance, '/') + 1, "held", text);
	free(text);
}

/* In quiet hours: sets the timer of their end. */
static bool
hold(struct notices *n)
{
	int64_t now = clock_wall(), end = n->quiet ? quiet_hours_end(&n->hours, now) : 0;

	if (end != 0)
		watch_timer(&n->over, clock_now() + (end - now) * CLOCK_MS);
	return end != 0;
}

void
notices_open(struct notices *n, struct orch *o, struct events *log)
{
	memset(n, 0, sizeof(*n));
	n->o = o;
	n->log = log;
	n->before = true;
	n->over = (struct watch_timer){ .fire = notices_quiet_over, .arg = n };
	n->known = json_new_object();
	if (orch_target_settings(o, &n->settings) != 0)
		return;
	n->on = n->settings.desktop || n->settings.bell || n->settings.on_event.n > 0;
	n->quiet = n->settings.quiet != NULL && quiet_hours_parse(n->settings.quiet, &n->hours) == 0;
	if (n->on)
		events_each(o->instance, remember, n);
	if (n->held > 0 && !hold(n))
		notices_quiet_over(n);
}

void
notices_add(struct notices *n, const char *session, const char *event, const char *text)
{
	char *line;

	if (text == NULL)
		text = "";
	if (!n->on || !notice_event(event) || (n->before && is_known(n, session, event, text)))
		return;
	if (n->before) {
		line = events_line(session, event, text);
		events_add(n->log, line);
		free(line);
	}
	if (hold(n))
		n->held++;
	else
		queue(n, session, event, text);
}

bool
notices_reaped(struct notices *n, pid_t pid)
{
	if (pid != n->pid)
		return false;
	n->pid = 0;
	send(n);
	return true;
}

void
notices_close(struct notices *n)
{
	const struct child_wait wait = { .deadline = clock_now() + CLOSE_S * CLOCK_S, .stoppable = true };

	watch_timer(&n->over, 0);
	while (n->pid > 0) {
		if (child_finish(n->pid, &wait) == -1) {
			log_warnx("not all notices are sent; the next execute says how many");
			break;
		}
		n->pid = 0;
		send(n);
	}
	strings_free(&n->waiting);
	json_free(n->known);
	settings_release(&n->settings);
	n->on = false;
}
