/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/json/json.h"
#include "proto/session/layout.h"
#include "proto/sys/child.h"
#include "proto/sys/watch.h"
#include "worker/core/cmd.h"
#include "worker/core/output.h"
#include "worker/core/worker.h"
#include "worker/run/confine.h"
#include "worker/run/ports.h"
#include "worker/session/gate.h"
#include "worker/session/recover.h"
#include "worker/session/session_repo.h"
#include "worker/tree/clean.h"

static void
add_result(struct json *out, struct gate_result *g)
{
	json_append(out, gate_result_json(g));
	gate_result_release(g);
}

/* 1: a gate failed; 0; -1: they could not be run (worker_fail is set). */
static int
gates_run(struct worker *w, const char *commit, struct json *out)
{
	const struct settings *s = &w->config.settings;
	struct gate_result g = { 0 };
	char changed[512];
	enum event event;
	int rc = 0;

	event = clean_ready(w, commit, &g);
	if (event == EVENT_GATE_FAILED) {
		add_result(out, &g);
		return 1;
	}
	if (event != EVENT_DONE)
		return -1;
	for (size_t i = 0; i < settings_ngates(s) && rc == 0; i++) {
		memset(&g, 0, sizeof(g));
		rc = gate_one(w, &s->gates[i], &g, changed, sizeof(changed));
		add_result(out, &g);
	}
	if (rc == 0)
		clean_keep(w);
	return rc;
}

static int
gates_show(struct worker *w, const char *commit)
{
	struct json *out = json_new_array();
	char *text;
	size_t len;
	int rc;

	w->clean.merge = true;
	clean_forget(w);
	rc = gates_run(w, commit, out);
	clean_drop(w);
	if (rc == -1)
		warnx("%s", w->fail_detail);
	text = json_text(out, true, &len);
	if (rc != -1)
		fwrite(text, 1, len, stdout);
	free(text);
	json_free(out);
	return rc == -1 ? EX_UNAVAILABLE : rc == 1 ? EX_NEGATIVE : 0;
}

struct arguments { const char *dir, *commit; };
static const struct option_row rows[] = {
	OPERAND(struct arguments, dir, "DIR"),
	OPERAND(struct arguments, commit, "COMMIT"),
};

static int
run(void *arguments)
{
	const struct arguments *a = arguments;
	struct worker w = { .lockfd = -1, .portsfd = -1 };
	int rc;

	if (watch_open() == -1 && !watch_degraded())
		err(EX_OSERR, "can't watch files");
	rc = recover_read(&w, a->dir);
	if (rc == 0 && (rc = ports_take(&w)) == 0 && (rc = session_repo_open(&w)) == 0 && !git_oid_valid(&w.repo, a->commit)) {
		warnx("%s: not a full object id", a->commit);
		rc = EX_DATAERR;
	}
	if (rc == 0 && (output_open(w.dirfd, SESSION_FILE_MERGE_LOG) == -1 || proc_adopt() == -1)) {
		warn("%s/" SESSION_FILE_MERGE_LOG, w.path);
		rc = EX_CANTCREAT;
	}
	if (rc == 0) {
		confine_begin(&w);
		if (confine_ready(&w) == -1) {
			warnx("%s", w.fail_detail);
			rc = EX_UNAVAILABLE;
		} else
			rc = gates_show(&w, a->commit);
		confine_clean(&w, STATUS_APPROVED, "");
	}
	worker_close(&w);
	return rc;
}

const struct cmd cmd_gates = COMMAND("gates",
    "run the gates of the session DIR on a commit, and print the results as JSON", run,
    OPTION_ROWS(rows, struct arguments));
