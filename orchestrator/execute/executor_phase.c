/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "orchestrator/execute/executor.h"
#include "orchestrator/execute/loop.h"
#include "orchestrator/view/block.h"
#include "orchestrator/view/look.h"
#include "orchestrator/view/show.h"
#include "orchestrator/workspace/orch.h"

#define RULE	62	/* columns */

static const char *const headings[TASK_PHASES] = {
	"Phase 1: Foundation Streams", "Phase 2: Parallel Streams", "Phase 3: Integration Streams",
};
static const char *const ends[TASK_PHASES] = {
	"✓ All foundation streams complete!", "✓ All parallel streams complete!", "✓ All integration streams complete!",
};

enum progress { PHASE_EMPTY, PHASE_OPEN, PHASE_OVER };

static enum progress
progress_of(const struct tasklist *l, const char *phase)
{
	enum progress p = PHASE_EMPTY;

	for (size_t i = 0; i < l->n && p != PHASE_OPEN; i++)
		if (strcmp(l->v[i].phase, phase) == 0)
			p = l->v[i].status == TASK_COMPLETE ? PHASE_OVER : PHASE_OPEN;
	return p;
}

static void
blank(const struct executor *f)
{
	block_lift();
	if (!f->o->json)
		putchar('\n');
}

/* A line for people. */
static void
rule(const struct executor *f, char c)
{
	if (f->o->json)
		return;
	for (size_t i = 0; i < RULE && i < look_width(); i++)
		putchar(c);
	putchar('\n');
}

static void
begin(struct executor *f)
{
	char line[SESSION_ID_MAX + 32];

	blank(f);
	loop_heading(f->loop, f->id, "phase", headings[f->phase]);
	rule(f, '-');
	for (size_t i = 0; i < f->list.n; i++) {
		const struct task *t = &f->list.v[i];

		if (strcmp(t->phase, task_phases[f->phase]) != 0 || t->status != TASK_COMPLETE)
			continue;
		snprintf(line, sizeof(line), "✓ %s already complete", t->item.id);
		loop_heading(f->loop, f->id, "already complete", line);
	}
	f->phase_begun = true;
}

static void
end_all(struct executor *f)
{
	blank(f);
	rule(f, '=');
	loop_heading(f->loop, f->id, "streams complete", "Orchestration complete!");
	rule(f, '=');
}

void
executor_phase_say(struct executor *f)
{
	enum progress p = PHASE_EMPTY;

	for (; f->phase < TASK_PHASES; f->phase++, f->phase_begun = false) {
		if ((p = progress_of(&f->list, task_phases[f->phase])) == PHASE_EMPTY)
			continue;
		f->streams = true;
		/* a phase that was complete before only names its streams */
		if (p == PHASE_OVER && f->phase_begun)
			loop_heading(f->loop, f->id, "phase complete", ends[f->phase]);
		else if (!f->phase_begun)
			begin(f);
		if (p == PHASE_OPEN)
			return;
	}
	if (f->streams)
		end_all(f);
	f->streams = false;
}
