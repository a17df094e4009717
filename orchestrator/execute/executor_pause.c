/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "orchestrator/execute/executor.h"
#include "orchestrator/execute/loop.h"
#include "orchestrator/source/source.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/log.h"

static bool
stops_before(const struct executor *f, size_t i)
{
	return f->opts.pause != NULL && strcmp(f->list.v[i].phase, f->opts.pause) == 0;
}

int
executor_pause_check(const struct executor *f)
{
	bool streams = false, phase = false;

	for (size_t i = 0; i < f->list.n; i++) {
		streams |= f->list.v[i].phase[0] != '\0';
		phase |= stops_before(f, i);
	}
	if (f->opts.pause == NULL || phase)
		return 0;
	if (streams) {
		log_warnx("--pause-before %s: there is no stream of that phase", f->opts.pause);
		return 0;
	}
	log_warnx("--pause-before %s: list %s has no streams, so nothing would stop there; leave the "
	    "option out, or give tasks their streams and run orchestrator generate", f->opts.pause, f->id);
	return EX_USAGE;
}

void
executor_pause_say(const struct executor *f)
{
	if (!f->paused)
		return;
	for (size_t i = 0; i < f->list.n; i++) {
		const char *id = f->list.v[i].item.id;

		if (!stops_before(f, i) || !taskgraph_ready(&f->graph, i))
			continue;
		if (f->o->json)
			loop_say(f->loop, f->id, "paused", "%s ready to start", id);
		else
			printf("⚠ %s ready to start\n  Run: orchestrator dispatch %s\n  Or do it yourself, "
			    "and then run: orchestrator tasks complete %s\n", id, id, id);
	}
	if (!f->o->json)
		puts("orchestrator execute --source " SOURCE_STREAMS " goes on from there.");
}

int
executor_pause_status(const struct executor *f, int status)
{
	if (status != EX_NEGATIVE || !f->paused || f->stopped != NULL)
		return status;
	for (size_t i = 0; i < f->list.n; i++)
		if (f->list.v[i].status != TASK_COMPLETE && f->list.v[i].status != TASK_PENDING &&
		    !executor_elsewhere(&f->list.v[i]))
			return status;
	return 0;
}
