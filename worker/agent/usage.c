/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "proto/base/clock.h"
#include "proto/record/ledger.h"
#include "proto/record/state.h"
#include "worker/agent/agent.h"
#include "worker/agent/usage.h"

/* The use of the run alone, so far. */
static struct state_used
used_by(const struct agent_run *run, bool told)
{
	struct state_used own = { run->input_tokens, run->output_tokens, run->cost_microusd };
	const struct state_used *had = &run->had;

	if (run->cumulative && told && own.input_tokens >= had->input_tokens && own.output_tokens >= had->output_tokens &&
	    own.cost_microusd >= had->cost_microusd) {
		own.input_tokens -= had->input_tokens;
		own.output_tokens -= had->output_tokens;
		own.cost_microusd -= had->cost_microusd;
	} else if (run->costs_all && own.cost_microusd >= had->cost_microusd)
		own.cost_microusd -= had->cost_microusd;
	if (run->input_tokens == 0 && run->output_tokens == 0) {
		own.input_tokens = run->seen_input;
		own.output_tokens = run->seen_output;
	}
	own.input_tokens = state_usage(own.input_tokens, run->beside_input);
	own.output_tokens = state_usage(own.output_tokens, run->beside_output);
	return own;
}

void
usage_add(struct state *s, struct agent_run *run)
{
	struct state_used *last = &s->used[run->role], own, more;
	struct state_run *row = state_run_last(s);
	bool told = run->input_tokens != 0 || run->output_tokens != 0 || run->cost_microusd != 0;
	char day[16];

	if (!run->counting && run->resume != NULL)
		run->had = *last;
	run->counting = true;
	own = used_by(run, told);
	more = (struct state_used){ own.input_tokens - run->counted.input_tokens, own.output_tokens - run->counted.output_tokens,
		own.cost_microusd - run->counted.cost_microusd };
	run->counted = own;
	if (row != NULL) {
		row->estimated = run->estimated;
		row->input_tokens = state_usage(0, own.input_tokens);
		row->output_tokens = state_usage(0, own.output_tokens);
		row->cost_microusd = state_usage(0, own.cost_microusd);
	}
	state_spend(s, &(struct state_spent){ .role = run->role, .estimated = run->estimated, .input_tokens = more.input_tokens,
	    .output_tokens = more.output_tokens, .cost_microusd = more.cost_microusd },
	    ledger_day(clock_wall(), day), run->account != NULL ? run->account : "");
	if (!run->cumulative && !run->costs_all)
		return;
	/* a run that is killed reports no figures: those of the next run include its use */
	if (told)
		*last = (struct state_used){ run->input_tokens, run->output_tokens, run->cost_microusd };
	else
		*last = (struct state_used){ run->had.input_tokens + run->seen_input, run->had.output_tokens + run->seen_output,
			run->had.cost_microusd };
}
