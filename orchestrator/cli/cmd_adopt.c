/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "orchestrator/merge/adopt.h"
#include "orchestrator/merge/unjudged.h"
#include "orchestrator/session/await.h"
#include "orchestrator/session/registry.h"
#include "orchestrator/session/show_entry.h"
#include "orchestrator/source/task_link.h"
#include "orchestrator/view/show.h"
#include "orchestrator/workspace/cmd.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/text.h"
#include "proto/json/json.h"

static void
print_text(const struct entry *e, const struct unjudged *u)
{
	char *what = unjudged_text(u);

	printf("%s: judging %s; orchestrator logs -f %s follows it\n", e->id,
	    what != NULL ? what : "its head again", e->id);
	fflush(stdout);
	free(what);
}

static struct json *
strings_of(const struct strings *v)
{
	struct json *a = json_new_array();
	struct text t = { 0 };

	for (size_t i = 0; i < v->n; i++) {
		text_clear(&t);
		text_line(&t, v->v[i], strlen(v->v[i]));
		json_append(a, json_new_string(t.buf));
	}
	text_free(&t);
	return a;
}

static void
print_json(const struct entry *e, const struct unjudged *u, enum status status)
{
	struct json *j = json_new_object();

	json_put_int(j, "version", 1);
	json_put_str(j, "session", e->id);
	json_put_str(j, "item", e->state.item);
	json_put_str(j, "status", status_name(status));
	json_put(j, "commits", strings_of(&u->commits));
	json_put(j, "paths", strings_of(&u->paths));
	show_json(j);
}

struct arguments {
	bool		 wait;
	const char	*session;
};
static const struct option_row rows[] = {
	OPT_FLAG(struct arguments, wait, 0, "wait", "wait until the session has ended or is approved"),
	OPERAND(struct arguments, session, "SESSION"),
};

static int
run(struct orch *o, void *arguments)
{
	const struct arguments *a = arguments;
	enum status end = STATUS_RUNNING;
	struct unjudged u = { 0 };
	struct entry e;
	int rv;

	if ((rv = show_operand(o, a->session, &e)) != 0)
		return rv;
	if ((rv = adopt(o, &e, &u)) == 0) {
		if (!o->json)
			print_text(&e, &u);
		if (a->wait) {
			rv = await_end(e.path, &end);
			task_link_recover(o);
		}
		if (o->json)
			print_json(&e, &u, end);
		else if (a->wait)
			printf("%s: %s\n", e.id, status_name(end));
	}
	unjudged_release(&u);
	entry_release(&e);
	return rv;
}

const struct cmd cmd_adopt = COMMAND("adopt",
    "review changes made by hand in a session's worktree as its work", run,
    OPTION_ROWS(rows, struct arguments));
