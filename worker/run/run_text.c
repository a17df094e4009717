/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "proto/sys/child.h"
#include "worker/core/worker.h"
#include "worker/run/run.h"

const char *
run_tree(const struct worker *w, enum actor actor)
{
	return actor_rights[actor].clean && w->clean.tree != NULL ? w->clean.tree : w->state.worktree;
}

/* A clean tree appears at the worktree's path, so that paths in conversations and build products stay valid. */
const char *
run_dir(const struct worker *w, enum actor actor)
{
	return w->sandbox == SANDBOX_BWRAP && access(w->state.worktree, F_OK) == 0 ? w->state.worktree
	    : run_tree(w, actor);
}

static void
describe_limit(const struct worker *w, struct run_result *res)
{
	const struct said {
		int64_t ms;
		const char *text;
	} said[] = {
		[LIMIT_TIME] = { w->limits.time, "reached the time limit of" },
		[LIMIT_STALE] = { w->limits.stale, "gave no sign of life for" },
		[LIMIT_STALL] = { w->limits.stall, "gave no sign of life for" },
		[LIMIT_TOOL] = { w->limits.tool, "waited for the result of a tool for" },
	};

	snprintf(res->text, sizeof(res->text), "%s %g s", said[res->limit].text, (double)said[res->limit].ms / 1000);
}

void
run_describe(const struct worker *w, const struct run_spec *spec, struct run_result *res)
{
	switch (res->end) {
	case RUN_TIMEOUT:
		snprintf(res->text, sizeof(res->text), "timed out after %lld s",
		    (long long)spec->timeout_s);
		break;
	case RUN_LIMIT:
		describe_limit(w, res);
		break;
	case RUN_OUTPUT_LIMIT:
		snprintf(res->text, sizeof(res->text), "printed more than %lld MiB",
		    (long long)w->config.settings.transcript_mb);
		break;
	case RUN_SURVIVED:
		strlcpy(res->text, "left processes that can't be ended", sizeof(res->text));
		break;
	case RUN_STOPPED:
		strlcpy(res->text, "stopped", sizeof(res->text));
		break;
	case RUN_INTERRUPTED:
		strlcpy(res->text, "interrupted by a person", sizeof(res->text));
		break;
	case RUN_EXITED:
		if (spec->talk != NULL && res->ended)
			strlcpy(res->text, "finished", sizeof(res->text));
		else if (child_status_text(res->status, res->text, sizeof(res->text)) == 0)
			strlcpy(res->text, "exit status 0", sizeof(res->text));
		break;
	case RUN_SPAWN:
		break;
	}
}
