/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "orchestrator/flow.h"
#include "orchestrator/loop.h"

static bool
stops_before(const struct flow *f, size_t i)
{
	return f->pause != NULL && strcmp(f->list.v[i].phase, f->pause) == 0;
}

void
flow_pause_say(const struct flow *f)
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
		puts("orchestrator execute --source " FEED_STREAMS " goes on from there.");
}

int
flow_pause_status(const struct flow *f, int status)
{
	if (status != EX_NEGATIVE || !f->paused || f->stopped != NULL)
		return status;
	for (size_t i = 0; i < f->list.n; i++)
		if (f->list.v[i].status != TASK_COMPLETE && f->list.v[i].status != TASK_PENDING)
			return status;
	return 0;
}
