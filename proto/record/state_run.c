/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <err.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "proto/base/clock.h"
#include "proto/record/state.h"

void
state_run_begin(struct state *s, enum role role, const char *agent)
{
	struct state_run *row;

	if (s->nagent_runs == STATE_MAX_RUNS)
		memmove(s->agent_runs, s->agent_runs + 1, --s->nagent_runs * sizeof(*row));
	else if ((row = reallocarray(s->agent_runs, s->nagent_runs + 1, sizeof(*row))) != NULL)
		s->agent_runs = row;
	else
		err(EX_OSERR, NULL);
	row = &s->agent_runs[s->nagent_runs++];
	*row = (struct state_run){ .role = role, .started_at = clock_wall() };
	strlcpy(row->run, s->run, sizeof(row->run));
	strlcpy(row->agent, agent, sizeof(row->agent));
}

struct state_run *
state_run_last(const struct state *s)
{
	return s->nagent_runs > 0 ? &s->agent_runs[s->nagent_runs - 1] : NULL;
}
