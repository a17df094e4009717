/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <err.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/child.h"
#include "proto/json.h"
#include "proto/watch.h"
#include "worker/cmd.h"
#include "worker/confine.h"
#include "worker/gate.h"
#include "worker/output.h"
#include "worker/recover.h"
#include "worker/worker.h"

/* For the merge: the session's gates on another tree, by the same path as in the session. */
static int
gates_run(struct worker *w, const char *tree)
{
	const struct settings *s = &w->config.settings;
	struct json *out = json_new_array();
	struct gate_result g;
	bool passed = true;
	char *text;
	size_t i, len;

	free(w->state.worktree);
	w->state.worktree = strdup(tree);
	w->state.step = STEP_GATES;
	for (i = 0; i < s->ngates && passed; i++) {
		memset(&g, 0, sizeof(g));
		gate_run(w, ACTOR_GATE, &s->gates[i], &g);
		passed = g.passed;
		json_append(out, gate_result_json(&g));
		gate_result_release(&g);
	}
	text = json_text(out, true, &len);
	fwrite(text, 1, len, stdout);
	free(text);
	json_free(out);
	return passed ? 0 : EX_NEGATIVE;
}

static int
run(int argc, char **argv)
{
	struct worker w = { .lockfd = -1, .watch_session = -1, .watch_answers = -1,
		.watch_inbox = -1 };
	char tree[PATH_MAX];
	int rc;

	if (argc != 3)
		return cmd_usage(&cmd_gates);
	if (realpath(argv[2], tree) == NULL)
		err(EX_NOINPUT, "%s", argv[2]);
	if (watch_open() == -1 && !watch_degraded())
		err(EX_OSERR, "can't watch files");
	rc = recover_read(&w, argv[1]);
	if (rc == 0 && (output_open(w.dirfd, SESSION_FILE_MERGE_LOG) == -1 || tree_adopt() == -1)) {
		warn("%s/" SESSION_FILE_MERGE_LOG, w.path);
		rc = EX_CANTCREAT;
	}
	if (rc == 0) {
		confine_begin(&w);
		if (confine_ready(&w) == -1) {
			warnx("%s", w.fail_detail);
			rc = EX_UNAVAILABLE;
		} else
			rc = gates_run(&w, tree);
		confine_clean(&w, true);
	}
	worker_close(&w);
	return rc;
}

const struct cmd cmd_gates = {
	.name = "gates",
	.usage = "DIR TREE",
	.summary = "run the gates of the session DIR in the directory TREE, results as JSON",
	.run = run,
};
