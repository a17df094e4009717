/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "orchestrator/execute/live_parts.h"
#include "orchestrator/view/block.h"
#include "orchestrator/view/show.h"
#include "orchestrator/view/terminal.h"
#include "proto/base/alloc.h"
#include "proto/base/clock.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/session/layout.h"
#include "proto/sys/file.h"
#include "proto/sys/watch.h"

#define SOON	(100 * CLOCK_MS)	/* between two frames */
#define LOGS	(1 * CLOCK_S)		/* ... for logs alone */
#define MINUTE	INT64_C(60000)		/* wall ms */

static int messages = -1;	/* log_to() takes no argument */
static pid_t owner;

static void
show_message(const char *line)
{
	char *text = text_format("%s: %s", log_name(), line);

	show_event(clock_wall(), TONE_BAD, text);
	free(text);
}

/* A child does not know what is on the screen, so it sends its message to the parent. */
static void
take_message(const char *line)
{
	char *text;

	if (getpid() == owner)
		show_message(line);
	else {
		text = text_format("%s\n", line);
		(void)!write(messages, text, strlen(text));
		free(text);
	}
}

static void
read_messages(struct live *v)
{
	char buf[4096], *line, *end;
	ssize_t n;

	while ((n = read(v->messages[0], buf, sizeof(buf))) > 0) {
		text_add_string(&v->rest, buf, (size_t)n);
		for (line = v->rest.buf; (end = strchr(line, '\n')) != NULL; line = end + 1) {
			*end = '\0';
			show_message(line);
		}
		v->rest.len -= (size_t)(line - v->rest.buf);
		memmove(v->rest.buf, line, v->rest.len + 1);
	}
}

static void
later_due(void *arg)
{
	struct live *v = arg;

	v->changed = true;
}

static void
minute_due(void *arg)
{
	struct live *v = arg;
	struct session_row *s;

	v->changed = true;
	TAILQ_FOREACH(s, &v->loop->table.all, all)
		s->stale = true;
	watch_timer(&v->minute, clock_now() + (MINUTE - clock_wall() % MINUTE) * CLOCK_MS);
}

/* In the background reading the terminal would stop the program. */
static void
read_keys(struct live *v, bool on)
{
	if (on && !v->reading)
		(void)watch_fd(STDIN_FILENO);
	else if (!on && v->reading)
		watch_unfd(STDIN_FILENO);
	v->reading = on;
}

struct live *
live_open(struct loop *l)
{
	char self[PATH_MAX];
	struct live *v;
	ssize_t n;

	if (!block_open(true) || watch_signal(SIGWINCH) == -1 || watch_signal(SIGCONT) == -1 || watch_signal(SIGTSTP) == -1)
		return NULL;
	v = alloc_array(1, sizeof(*v));
	v->loop = l;
	n = readlink("/proc/self/exe", self, sizeof(self));
	v->jobs.program = v->program = n > 0 ? text_format("%.*s", (int)n, self) : NULL;
	v->later = (struct watch_timer){ .fire = later_due, .arg = v };
	v->minute = (struct watch_timer){ .fire = minute_due, .arg = v };
	minute_due(v);
	if (file_pipe(v->messages) == -1)
		v->messages[0] = v->messages[1] = -1;
	else if (isatty(STDERR_FILENO) && fcntl(v->messages[0], F_SETFL, O_NONBLOCK) == 0) {
		messages = v->messages[1];
		owner = getpid();
		(void)watch_fd(v->messages[0]);
		log_to(take_message);
	}
	return v;
}

void
live_close(struct live *v)
{
	if (v == NULL)
		return;
	log_to(NULL);
	read_keys(v, false);
	block_close();
	if (v->messages[0] != -1) {
		read_messages(v);
		watch_unfd(v->messages[0]);
		close(v->messages[0]);
		close(v->messages[1]);
	}
	watch_timer(&v->later, 0);
	watch_timer(&v->minute, 0);
	text_free(&v->typed.line);
	text_free(&v->rest);
	free(v->asked);
	free(v->seen);
	free(v->program);
	free(v);
}

void
live_show(struct live *v)
{
	struct text t = { 0 };

	if (v == NULL || !v->changed)
		return;
	if (clock_now() < v->drawn + SOON) {
		watch_timer(&v->later, v->drawn + SOON);
		return;
	}
	live_frame(v, &t);
	read_keys(v, block_draw(t.buf));
	text_free(&t);
	v->changed = false;
	v->drawn = clock_now();
}

void
live_logged(struct live *v, struct session_row *s)
{
	if (v == NULL || s->stale)
		return;
	s->stale = true;
	watch_modified(&s->watch, s->e.path, false);
	if (!v->changed)
		watch_timer(&v->later, v->drawn + LOGS);
}

void
live_forget(struct live *v, const struct session_row *s)
{
	if (v != NULL && s->e.error == NULL)
		v->cost += s->e.state.cost_microusd;
}

static void
take_keys(struct live *v)
{
	char buf[512];
	bool ours = terminal_ours(STDIN_FILENO);
	ssize_t n = ours ? read(STDIN_FILENO, buf, sizeof(buf)) : 0;

	if (n == 0 || (n == -1 && errno != EINTR && errno != EAGAIN))
		read_keys(v, false);
	if (!v->reading && ours)	/* the terminal is gone for good */
		block_close();
	for (ssize_t i = 0; v->prompts && i < n; i++) {
		if (v->typed.line.len == 0)
			live_begun(v);
		if (typed_take(&v->typed, buf[i])) {
			live_answer(v);
			text_clear(&v->typed.line);
			break;	/* text pasted after the line answers no question */
		}
	}
	v->drawn = 0;	/* draw without delay: a person is typing */
}

bool
live_event(struct live *v, const struct watch_event *ev)
{
	if (v == NULL)
		return false;
	if (ev->kind == WATCH_FD && ev->fd == STDIN_FILENO)
		take_keys(v);
	else if (ev->kind == WATCH_FD && ev->fd == v->messages[0])
		read_messages(v);
	else if (ev->kind == WATCH_SIGNAL && ev->signo == SIGTSTP)
		block_stop();
	else if (ev->kind == WATCH_SIGNAL && ev->signo == SIGCONT)
		block_continued();
	else if (ev->kind == WATCH_TIMER && (ev->timer == &v->later || ev->timer == &v->minute))
		return true;
	else if (ev->kind != WATCH_SIGNAL || ev->signo != SIGWINCH) {
		v->changed = v->changed || ev->kind != WATCH_FILE || strcmp(ev->name, SESSION_FILE_LOG) != 0;
		return false;
	}
	v->changed = true;
	return true;
}

bool
live_reaped(struct live *v, pid_t pid, int status)
{
	struct text t = { 0 };
	char *line, *rest;
	struct job j;

	if (v == NULL || !job_reaped(&v->jobs, pid, &j))
		return false;
	rest = j.output;
	while (status != 0 && (line = strsep(&rest, "\n")) != NULL)
		if (*line != '\0') {
			text_clear(&t);
			text_line(&t, line, strlen(line));
			show_event(clock_wall(), TONE_BAD, t.buf);
		}
	text_free(&t);
	free(j.title);
	free(j.output);
	return true;
}
