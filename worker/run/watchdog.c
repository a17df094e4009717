/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/stat.h>

#include <stdio.h>

#include "proto/base/clock.h"
#include "proto/session/layout.h"
#include "proto/sys/file.h"
#include "proto/sys/watch.h"
#include "worker/core/output.h"
#include "worker/core/worker.h"
#include "worker/run/run.h"
#include "worker/run/watchdog.h"

void
watchdog_worked(struct worker *w)
{
	if (!w->state.rescue.under_way)
		return;
	w->state.rescue.under_way = false;
	output_log("%s: Recovery successful (attempt %lld)", w->config.item,
	    (long long)w->state.rescue.attempts);
	(void)worker_save(w, false);
}

static bool
is_calling(const struct watchdog *g)
{
	return g->calls != NULL && *g->calls > 0;
}

static struct limit_clocks
clocks(const struct watchdog *g)
{
	int64_t now = clock_now();

	return (struct limit_clocks){
		.spent = g->w->state.agent_ms + (g->since != 0 ? (now - g->since) / CLOCK_MS : 0),
		.quiet = (now - g->life) / CLOCK_MS,
		.quiet_wall = clock_wall() - g->life_wall,
		.asking = g->since == 0,
		.calling = is_calling(g),
	};
}

static void
arm(struct watchdog *g)
{
	struct limit_clocks c = clocks(g);
	int64_t due = limit_due(&g->w->limits, &c);

	g->calling = c.calling;
	watch_timer(&g->timer, due == 0 ? 0 : clock_now() + due * CLOCK_MS);
}

static void
alive_at(struct watchdog *g, int64_t now, int64_t wall)
{
	g->life = now;
	g->life_wall = wall;
}

/* Adds the time worked since the last call, so that a crash loses little. */
static void
count(struct watchdog *g)
{
	struct state *s = &g->w->state;

	if (g->since != 0)
		s->agent_ms += (clock_now() - g->since) / CLOCK_MS;
	g->since = s->agent_since = 0;
}

static void
work(struct watchdog *g)
{
	g->since = clock_now();
	g->w->state.agent_since = clock_wall();
}

void
watchdog_begin(struct watchdog *g, struct worker *w, const int *calls)
{
	*g = (struct watchdog){ .w = w, .calls = calls, .newest = clock_wall(), .timer = g->timer };
	alive_at(g, clock_now(), g->newest);
	work(g);
	arm(g);
}

void
watchdog_life(struct watchdog *g)
{
	if (g->w == NULL)
		return;
	alive_at(g, clock_now(), clock_wall());
	watchdog_worked(g->w);
}

void
watchdog_settle(struct watchdog *g)
{
	bool asking;

	if (g->w == NULL)
		return;
	asking = questions_awaited(&g->w->questions);
	if (asking == (g->since == 0)) {
		if (is_calling(g) != g->calling)
			arm(g);
		return;
	}
	if (asking) {
		count(g);
	} else {
		work(g);
		alive_at(g, clock_now(), clock_wall());
	}
	arm(g);
}

/* Looks for silent changes: the newest change, even of ignored files. */
static void
look(struct watchdog *g)
{
	char git[PATH_MAX + 16];
	int64_t newest, other, wall = clock_wall(), age;

	snprintf(git, sizeof(git), "%s/" SESSION_DIR_AGENT_GIT, g->w->path);
	newest = file_newest(run_tree(g->w, actor_of_role(g->w->role)));
	other = file_newest(git);
	if (other > newest)
		newest = other;
	if (newest <= g->newest)
		return;
	g->newest = newest;
	age = newest < wall ? wall - newest : 0;
	if (clock_now() - age * CLOCK_MS <= g->life)
		return;
	alive_at(g, clock_now() - age * CLOCK_MS, wall - age);
	watchdog_worked(g->w);
}

enum limit
watchdog_due(struct watchdog *g)
{
	struct limit_clocks c;
	enum limit reached;

	if (g->w == NULL)
		return LIMIT_OK;
	c = clocks(g);
	reached = limit_reached(&g->w->limits, &c);
	if (reached == LIMIT_STALL || reached == LIMIT_STALE || reached == LIMIT_TOOL) {
		look(g);
		c = clocks(g);
		reached = limit_reached(&g->w->limits, &c);
	}
	if (reached == LIMIT_OK)
		arm(g);
	return reached;
}

void
watchdog_halt(struct watchdog *g)
{
	if (g->w != NULL)
		watch_timer(&g->timer, 0);
}

void
watchdog_end(struct watchdog *g)
{
	if (g->w == NULL)
		return;
	count(g);
	watch_timer(&g->timer, 0);
	g->w = NULL;
}

void
watchdog_recover(struct worker *w)
{
	struct state *s = &w->state;
	struct stat st;
	int64_t until;

	if (s->agent_since == 0)
		return;
	if (file_stat(w->dirfd, SESSION_FILE_LOG, &st) == 0) {
		until = (int64_t)st.st_mtim.tv_sec * 1000 + st.st_mtim.tv_nsec / CLOCK_MS;
		if (until > s->agent_since)
			s->agent_ms += until - s->agent_since;
	}
	s->agent_since = 0;
}
