/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "orchestrator/cli/cmd_serve.h"
#include "orchestrator/serve/listen.h"
#include "orchestrator/serve/server.h"
#include "orchestrator/source/tasks.h"
#include "orchestrator/workspace/cmd.h"
#include "proto/base/clock.h"
#include "proto/base/id.h"
#include "proto/base/log.h"

#define SOON	(100 * CLOCK_MS)	/* between two events */

static struct server server = { .o = { .dir = ".", .json = true } };
static struct watch_timer later;
static int64_t told;

static void
begin(struct request *r)
{
	route_begin(&server, r);
}

static void
serve(struct request *r)
{
	route_serve(&server, r);
}

static const struct http_calls calls = { begin, serve };

/* Faults of files are reported in replies. */
static void
quiet(const char *line)
{
	(void)line;
}

static void
take(const struct watch_event *ev)
{
	if (ev->kind == WATCH_FD)
		http_ready(ev->fd);
	else if (ev->kind == WATCH_SIGNAL)
		acts_reap(&server);
	else if (ev->kind == WATCH_RESCAN)
		model_lost(&server.model);
	else if (ev->kind == WATCH_TIMER && ev->timer == &later)
		later.deadline = 0;
}

/* Streams get the first change without delay, and later ones at most ten times a second. */
static void
tell(void)
{
	if (http_streams() == 0 || (!server.model.stale && server.model.turn == server.told))
		return;
	if (clock_now() >= told + SOON) {
		events_tell(&server);
		told = clock_now();
	} else if (later.deadline == 0)
		watch_timer(&later, told + SOON);
}

static int
loop(void)
{
	struct watch_event ev;

	for (;;) {
		if (watch_next(&ev) == -1)
			return EX_OSERR;
		if (ev.kind == WATCH_SIGNAL && ev.signo != SIGCHLD)
			return 128 + ev.signo;
		take(&ev);
		tell();
	}
}

static int
start(const struct serve_arguments *a)
{
	struct guard *g = &server.guard;
	int port = a->port.given ? (int)a->port.value : -1, socket, rv;
	bool v6;

	if ((rv = orch_open(&server.o)) != 0)
		return rv;
	if (watch_open() == -1 && !watch_degraded()) {
		log_warn("inotify");
		return EX_OSERR;
	}
	if ((socket = listen_on(a->listen != NULL ? a->listen : "127.0.0.1", port, g->address, sizeof(g->address), &port)) == -1)
		return EX_UNAVAILABLE;
	g->closed = a->closed;
	id_random(g->token, sizeof(g->token) - 1);
	model_open(&server.model, &server.o);
	model_refresh(&server.model);
	if (http_open(socket, &calls) == -1) {
		log_warn("libmicrohttpd");
		return EX_OSERR;
	}
	v6 = strchr(g->address, ':') != NULL;
	printf("http://%s%s%s:%d/#%s\n", v6 ? "[" : "", g->address, v6 ? "]" : "", port, g->token);
	fflush(stdout);
	log_to(quiet);
	rv = loop();
	log_to(NULL);
	return rv;
}

/* orchestrator-serve ORCHESTRATOR [OPTION...], as orchestrator serve starts it. */
int
main(int argc, char **argv)
{
	struct serve_arguments a = { 0 };
	int status;

	log_init("orchestrator");
	(void)setlocale(LC_CTYPE, "");
	if (argc < 2) {
		log_warnx("this program is started by orchestrator serve");
		return EX_USAGE;
	}
	server.jobs.program = argv[1];
	if ((status = option_parse(&cmd_serve.syntax, &a, NULL, NULL, argv + 2)) == 0)
		status = start(&a);
	acts_end(&server);
	http_close();
	entry_release(&server.found);
	model_close(&server.model);
	list_cache_free();
	orch_close(&server.o);
	return status;
}
