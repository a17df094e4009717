/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/clock.h"
#include "proto/base/text.h"
#include "worker/core/output.h"
#include "worker/core/worker.h"

/* Recorded like a gate's result: reviewers and readers of the record see it. */
static void
record(struct worker *w, bool junk, const char *said)
{
	struct gate_result *g = review_add_gate(&w->review);

	g->name = strdup(junk ? "junk" : "worktree");
	g->command = strdup("what can be committed");
	strlcpy(g->commit, w->state.head, sizeof(g->commit));
	g->round = w->state.round;
	g->exit_status = -1;
	strlcpy(g->outcome, junk ? "does not belong in a commit" : "can't be committed as it is", sizeof(g->outcome));
	g->output = strdup(said);
	g->at = clock_wall();
}

enum event
worker_hand_back(struct worker *w, const char *reason, const char *fmt, ...)
{
	char raw[SESSION_MAX_EVIDENCE / 4], *p;	/* a name can grow to four times its length below */
	struct text said = { 0 };
	va_list ap;
	size_t len;

	va_start(ap, fmt);
	vsnprintf(raw, sizeof(raw), fmt, ap);
	va_end(ap);
	for (p = raw; *p != '\0'; p += len + (p[len] == '\n')) {
		len = strcspn(p, "\n");
		text_line(&said, p, len);
		text_puts(&said, "\n");
	}
	worker_fail(w, reason, "%.*s", (int)strcspn(said.buf, "\n"), said.buf);
	free(w->state.feedback);
	w->state.feedback = said.buf;
	record(w, strcmp(reason, "junk") == 0, said.buf);
	if (worker_review_save(w) == -1)
		return EVENT_FAILED;
	w->state.gate_tries++;
	w->handed_back = true;
	output_log("given back to the implementer: %s", w->fail_detail);
	return EVENT_GATE_FAILED;
}
