/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/clock.h"
#include "proto/base/text.h"
#include "worker/core/output.h"
#include "worker/core/worker.h"
#include "worker/session/gate.h"

#define NAME	"outputs"

/* The input for git: COMMIT:PATH, one per line; it answers one line each. */
static char *
questions(const struct worker *w)
{
	const struct strings *outputs = &w->item.outputs;
	struct text t = { 0 };

	for (size_t i = 0; i < outputs->n; i++) {
		size_t len = strlen(outputs->v[i]);

		while (len > 0 && outputs->v[i][len - 1] == '/')
			len--;
		text_printf(&t, "%s:%.*s\n", w->state.head, (int)len, outputs->v[i]);
	}
	return t.buf;
}

static int
find_missing(struct worker *w, struct text *missing, char *err, size_t errlen)
{
	static const char *const argv[] = { "cat-file", "--batch-check=%(objecttype)", NULL };
	const struct strings *outputs = &w->item.outputs;
	char *ask = questions(w), *out = NULL, *line;
	size_t len = 0;
	int rc;

	rc = git_run(&w->git, argv, ask, strlen(ask), &out, &len, NULL, err, errlen);
	line = out;
	for (size_t i = 0; rc == 0 && i < outputs->n; i++) {
		size_t n = line == NULL ? 0 : strcspn(line, "\n");

		if (n == 0 || memchr(line, ' ', n) != NULL)	/* "NAME missing" */
			text_printf(missing, "%s\n", outputs->v[i]);
		if (line != NULL)
			line += n + (line[n] == '\n');
	}
	free(ask);
	free(out);
	return rc;
}

bool
outputs_there(struct worker *w, struct gate_result *g)
{
	struct text missing = { 0 };
	char err[GIT_ERR] = "out of memory";
	int64_t began = clock_now();

	g->name = strdup(NAME);
	g->command = strdup("expected outputs");
	strlcpy(g->commit, w->state.head, sizeof(g->commit));
	g->round = w->state.round;
	g->at = clock_wall();
	g->passed = find_missing(w, &missing, err, sizeof(err)) == 0 && missing.len == 0;
	g->exit_status = !g->passed;
	strlcpy(g->outcome, g->passed ? "passed" : missing.len > 0 ?
	    "expected outputs are missing" : err, sizeof(g->outcome));
	g->output = missing.buf != NULL ? missing.buf : strdup("");
	g->duration_ms = (clock_now() - began) / CLOCK_MS;
	output_log("gate %s: %s%s%.*s", NAME, g->outcome, g->passed ? "" : ": ",
	    (int)(missing.len > 0 ? missing.len - 1 : 0), g->output);
	return g->passed;
}
