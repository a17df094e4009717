/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/wait.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "orchestrator/merge/merge_internal.h"
#include "proto/base/text.h"
#include "proto/json/json.h"
#include "proto/sys/child.h"

#define RESULTS_MAX	(16u << 20)

/* The first gate that did not pass, in a sentence; what it printed is for the implementer to repair. */
static char *
failed_gate(struct merge *m, const char *out, size_t len)
{
	char err[256], *s = NULL;
	struct gate_result g;
	struct json *list;
	size_t i;

	list = json_parse(out, len, 0, err, sizeof(err));
	for (i = 0; list != NULL && s == NULL && i < json_count(list); i++) {
		memset(&g, 0, sizeof(g));
		if (gate_result_parse(&g, json_at(list, i), err, sizeof(err)) == 0 && !g.passed) {
			s = text_format("gate \"%s\" fails on the merged tree: %s",
			    g.name != NULL ? g.name : "?", g.outcome);
			free(m->state.feedback);
			m->state.feedback = text_format("%s\n\n%s", s,
			    g.output != NULL ? g.output : "");
		}
		gate_result_release(&g);
	}
	json_free(list);
	return s != NULL ? s : text_format("a gate fails on the merged tree");
}

static enum merge_outcome
run_gates(struct merge *m)
{
	const char *const argv[] = { m->req->worker, "gates", m->req->session_path, m->new, NULL };
	struct child_spec spec = { .argv = argv, .in = -1, .out = -1, .err = -1,
		.die_with_parent = true };
	char *out = NULL, *errout = NULL, *why, how[64], line[256];
	size_t len = 0;
	struct child_io io = { .max = RESULTS_MAX, .out = &out, .outlen = &len, .errout = &errout };
	enum merge_outcome rv = MERGE_MERGED;
	int status;

	status = child_run(&spec, &io);
	if (status == -1)
		rv = merge_result(m, MERGE_ERROR, "%s: cannot be run for the gates: %s",
		    m->req->worker, strerror(errno));
	else if (WIFEXITED(status) && WEXITSTATUS(status) == 1) {
		why = failed_gate(m, out != NULL ? out : "", len);
		state_conflicts_free(&m->state);
		rv = merge_resolve(m, m->config.settings.on_gate, "gate", why);
		free(why);
	} else if (status != 0) {
		child_status_text(status, how, sizeof(how));
		text_first_line(line, sizeof(line), errout != NULL ? errout : "");
		rv = merge_result(m, MERGE_ERROR, "%s: worker gates: %s%s%s", m->id, how,
		    line[0] != '\0' ? ": " : "", line);
	}
	free(out);
	free(errout);
	return rv;
}

enum merge_outcome
merge_gates(struct merge *m)
{
	char tree[OID_MAX];

	if (settings_ngates(&m->config.settings) == 0)
		return MERGE_MERGED;
	if (git_tree_of(&m->git, m->state.head, tree, m->err, m->errlen) == -1)
		return MERGE_ERROR;
	return strcmp(tree, m->tree) == 0 ? MERGE_MERGED : run_gates(m);	/* nothing new to the gates */
}
