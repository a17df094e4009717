/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "orchestrator/merge/adopt.h"
#include "orchestrator/session/await.h"
#include "orchestrator/session/show_entry.h"
#include "orchestrator/source/task_link.h"
#include "orchestrator/view/show.h"
#include "proto/base/text.h"

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

static int
run(struct orch *o, int argc, char **argv)
{
	static const struct option options[] = {
		{ "wait", no_argument, NULL, 'w' },
		{ NULL, 0, NULL, 0 }
	};
	enum status end = STATUS_RUNNING;
	struct unjudged u = { 0 };
	struct entry e;
	bool wait = false;
	int c, rv;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c != 'w')
			return cmd_usage(&cmd_adopt);
		wait = true;
	}
	if ((rv = show_operand(o, &cmd_adopt, argc, argv, &e)) != 0)
		return rv;
	if ((rv = adopt(o, &e, &u)) == 0) {
		if (!o->json)
			print_text(&e, &u);
		if (wait) {
			rv = await_end(e.path, &end);
			task_link_recover(o);
		}
		if (o->json)
			print_json(&e, &u, end);
		else if (wait)
			printf("%s: %s\n", e.id, status_name(end));
	}
	unjudged_release(&u);
	entry_release(&e);
	return rv;
}

const struct cmd cmd_adopt = {
	.name = "adopt",
	.usage = "[--wait] SESSION",
	.summary = "have what somebody did in a session's worktree judged as its work",
	.run = run,
};
