/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "orchestrator/session/busy.h"
#include "orchestrator/session/registry.h"
#include "orchestrator/session/show_entry.h"
#include "orchestrator/view/page.h"
#include "orchestrator/view/show.h"
#include "proto/base/clock.h"
#include "proto/base/text.h"
#include "proto/session/layout.h"
#include "proto/sys/file.h"

#define BAR		12		/* columns */
#define TAIL		4096		/* bytes of a log, in which the last tool is looked for */
#define TAIL_GATE	(64u << 10)	/* ... and what began before a gate printed its output */
#define WORKER		"[worker] "
#define TIME		(sizeof("2026-01-31T09:00:00Z") - 1)

char *
busy_step(const struct entry *e)
{
	const struct state *s = &e->state;
	struct text t = { 0 };

	text_puts(&t, status_live(s->status) && !entry_dead(e) ? step_name(s->step) : show_status(e));
	if (s->round > 1 && status_live(s->status))
		text_printf(&t, ", round %jd", (intmax_t)s->round);
	if (s->tasks_total > 0)
		text_printf(&t, " %jd/%jd", (intmax_t)s->tasks_done, (intmax_t)s->tasks_total);
	return t.buf;
}

/* The end of a log, malloced; NULL = there is none. */
static char *
tail_of(const struct entry *e, const char *log, size_t max)
{
	int fd = file_open_dir(AT_FDCWD, e->path);
	char *tail = NULL;
	size_t len;

	if (fd == -1 || file_read_tail(fd, log, max, &tail, &len) == -1)
		tail = NULL;
	file_close(fd);
	return tail;
}

char *
busy_tool(const struct entry *e)
{
	char *tail = tail_of(e, SESSION_FILE_LOG, TAIL), *found = NULL, *tool = NULL;

	for (char *p = tail; p != NULL && (p = strstr(p, "] -> ")) != NULL; p++)
		found = p + 2;
	if (found != NULL)
		tool = text_format("%.*s", (int)strcspn(found, "\n"), found);
	free(tail);
	return tool;
}

bool
busy_gate_line(const char *line, size_t len, struct busy_gate *g)
{
	static const char end[] = " ms)";
	const size_t most = sizeof(end) - 1, before = strlen(WORKER) + TIME;
	char *time;

	if (len <= before || strncmp(line, WORKER, strlen(WORKER)) != 0 ||
	    (strncmp(line + before, " gate ", 6) != 0 && strncmp(line + before, " setup ", 7) != 0))
		return false;
	time = text_format("%.*s.000Z", (int)TIME - 1, line + strlen(WORKER));
	g->at = clock_parse(time);
	free(time);
	g->text = line + before + 1;
	g->len = len - before - 1;
	g->name = strcspn(g->text, ":\n");
	g->ended = strncmp(line + len - most, end, most) == 0;
	return true;
}

char *
busy_gate(const struct entry *e, const char *log, busy_age *age)
{
	char *tail = tail_of(e, log, TAIL_GATE), *gate = NULL;
	struct busy_gate g, last = { .ended = true };

	for (const char *p = tail; p != NULL && *p != '\0'; p += strcspn(p, "\n"), p += *p == '\n')
		if (busy_gate_line(p, strcspn(p, "\n"), &g))
			last = g;
	if (!last.ended)
		gate = text_format("%.*s, %s", (int)last.name, last.text, age(last.at));
	free(tail);
	return gate;
}

char *
busy_doing(const struct entry *e, busy_age *age)
{
	const struct state *s = &e->state;
	char *doing = show_limit(e);

	if (doing != NULL)
		return doing;
	if (entry_dead(e))
		return text_format("execute starts its worker");
	if (s->notice[0] != '\0')
		return text_format("%s", s->notice);
	if (s->step == STEP_SETUP || s->step == STEP_GATES || s->step == STEP_REGATE)
		doing = busy_gate(e, SESSION_FILE_LOG, age);
	else
		doing = busy_tool(e);
	return doing != NULL ? doing : text_format("%s", s->note != NULL ? s->note : "");
}

void
busy_measure(struct busy_columns *c, const struct entry *e, const char *step)
{
	size_t n = page_columns(step);

	c->steps = n > c->steps ? n : c->steps;
	c->bars |= e->state.tasks_total > 0;
}

void
busy_line(struct text *t, const struct busy_columns *c, const struct entry *e, const struct busy_line *l)
{
	const struct state *s = &e->state;

	text_puts(t, "  ");
	look_puts(t, l->tone, l->sign);
	text_puts(t, "  ");
	page_column(t, l->name, c->names);
	text_puts(t, "  ");
	page_column(t, l->step, c->steps);
	text_puts(t, " ");
	if (c->bars && s->tasks_total > 0)
		show_bar(t, s->tasks_done, s->tasks_total, BAR);
	else if (c->bars)
		text_printf(t, "%*s", BAR, "");
	text_printf(t, " %4s  ", l->age);
	text_line(t, l->doing, strlen(l->doing));
}
