/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "orchestrator/cli/cmd_watch.h"
#include "orchestrator/source/tasks.h"
#include "orchestrator/view/look.h"
#include "orchestrator/watch/keys.h"
#include "orchestrator/watch/screen.h"
#include "orchestrator/watch/viewer.h"
#include "orchestrator/workspace/cmd.h"
#include "proto/base/clock.h"
#include "proto/base/log.h"

#define SOON	(100 * CLOCK_MS)	/* between two frames that no key asked for */
#define MINUTE	INT64_C(60000)		/* wall ms */

static struct viewer v = { .o = { .dir = "." }, .log = -1, .log_dir = -1 };
static struct watch_timer later, minute;
static int64_t drawn, interval;

static void
say_line(const char *line)
{
	viewer_say(&v, text_format("%s", line));
}

static void
draw(void)
{
	struct frame f = { 0 };
	int cursor;

	viewer_refresh(&v);
	screen_size(&v.height, &v.width);
	viewer_frame(&v, &f, &cursor);
	screen_draw(&f, cursor);
	frame_release(&f);
	watch_timer(&later, 0);
	later.deadline = 0;
	drawn = clock_now();
}

/* Ages change with the minutes. */
static void
next_minute(void)
{
	watch_timer(&minute, clock_now() + (MINUTE - clock_wall() % MINUTE) * CLOCK_MS);
}

/* Returns whether a person expects a frame now. */
static bool
take(const struct watch_event *ev)
{
	int code;

	switch (ev->kind) {
	case WATCH_FD:
		if (ev->fd == screen_resized())
			screen_resize();
		else if (screen_lost())
			v.quit = true;
		else
			while (!v.quit && (code = screen_key()) != SCREEN_NONE)
				keys_press(&v, code);
		return true;
	case WATCH_SIGNAL:
		viewer_reap(&v);
		return true;
	case WATCH_RESCAN:
		model_lost(&v.model);
		return false;
	case WATCH_TIMER:
		if (ev->timer == &minute)
			next_minute();
		return true;
	case WATCH_FILE:
	case WATCH_GONE:
		break;
	}
	return false;
}

static int
loop(void)
{
	struct watch_event ev;

	next_minute();
	draw();
	while (!v.quit) {
		if (watch_next(&ev) == -1)
			return EX_OSERR;
		if (ev.kind == WATCH_SIGNAL && ev.signo != SIGCHLD)
			return 128 + ev.signo;
		if (take(&ev) || (v.model.stale && clock_now() >= drawn + interval))
			draw();
		else if (v.model.stale && later.deadline == 0)
			watch_timer(&later, drawn + interval);
	}
	return 0;
}

/* What the screen would show, without a screen. */
static void
print_once(void)
{
	size_t width = look_width();
	struct frame f = { 0 };
	int cursor;

	viewer_refresh(&v);
	v.height = v.rows.n + 16;
	v.width = width == SIZE_MAX ? 80 : width;
	v.chosen[0] = '\0';
	viewer_frame(&v, &f, &cursor);
	for (size_t i = 0; i + 1 < f.n; i++)
		if (f.v[i].text[0] != '\0')
			puts(f.v[i].text);
	frame_release(&f);
}

static int
watch(const struct watch_arguments *a)
{
	const char *title;
	int rv;

	if ((rv = orch_open(&v.o)) != 0)
		return rv;
	if (watch_open() == -1 && !watch_degraded()) {
		log_warn("inotify");
		return EX_OSERR;
	}
	model_open(&v.model, &v.o);
	interval = a->refresh.given ? a->refresh.value * CLOCK_S : SOON;
	if (a->once)
		print_once();
	else if (screen_open(!a->no_color && getenv("NO_COLOR") == NULL) == -1)
		rv = EX_USAGE;
	else {
		log_to(say_line);
		(void)watch_fd(STDIN_FILENO);
		(void)watch_fd(screen_resized());
		rv = loop();
		screen_close();
		log_to(NULL);
		if ((title = job_running(&v.jobs)) != NULL)
			log_info("%s goes on", title);
	}
	return rv;
}

/* orchestrator-watch ORCHESTRATOR [OPTION...], as orchestrator watch starts it. */
int
main(int argc, char **argv)
{
	struct watch_arguments a = { 0 };
	int status;

	log_init("orchestrator");
	(void)setlocale(LC_CTYPE, "");
	if (argc < 2) {
		log_warnx("orchestrator watch starts this program");
		return EX_USAGE;
	}
	v.jobs.program = argv[1];
	if ((status = option_parse(&cmd_watch.syntax, &a, NULL, NULL, argv + 2)) == 0)
		status = watch(&a);
	model_close(&v.model);
	rows_release(&v.rows);
	viewer_close_pager(&v);
	list_cache_free();
	orch_close(&v.o);
	return status;
}
