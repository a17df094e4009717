/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "orchestrator/cli/input.h"
#include "orchestrator/merge/give_back.h"
#include "orchestrator/session/answer.h"
#include "orchestrator/session/unjudged.h"
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
print_text(const struct entry *e, enum give_back how, const struct unjudged *u)
{
	char *what = unjudged_text(u);

	if (how == GIVE_BACK_ADOPT)
		printf("%s: judging %s; orchestrator logs -f %s follows it\n", e->id, what != NULL ? what : "its head again",
		    e->id);
	else
		printf("%s: %s; orchestrator logs -f %s follows it\n", e->id, how == GIVE_BACK_REWORK ?
		    "its agent has your remarks" : "its agent resolves the conflict", e->id);
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
#define WAIT_HELP	"wait until the session has ended or is approved"
static const struct option_row rows[] = {
	OPT_FLAG(struct arguments, wait, 0, "wait", WAIT_HELP),
	OPERAND(struct arguments, session, "SESSION"),
};

static int
go(struct orch *o, const char *session, enum give_back how, const char *remarks, bool wait)
{
	enum status end = STATUS_RUNNING;
	struct unjudged u = { 0 };
	struct entry e;
	int rv;

	if ((rv = show_operand(o, session, &e)) != 0)
		return rv;
	rv = how == GIVE_BACK_REWORK ? answer_judge(o, &e, JUDGEMENT_REWORK, remarks) : 1;
	if (rv == 1)
		rv = give_back(o, &e, how, remarks, &u);
	if (rv == 0) {
		if (!o->json)
			print_text(&e, how, &u);
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

static int
run_adopt(struct orch *o, void *arguments)
{
	const struct arguments *a = arguments;

	return go(o, a->session, GIVE_BACK_ADOPT, NULL, a->wait);
}

const struct cmd cmd_adopt = COMMAND("adopt",
    "have changes made by hand in a session's worktree reviewed as its work", run_adopt,
    OPTION_ROWS(rows, struct arguments));

static int
run_resolve(struct orch *o, void *arguments)
{
	const struct arguments *a = arguments;

	return go(o, a->session, GIVE_BACK_RESOLVE, NULL, a->wait);
}

const struct cmd cmd_resolve = COMMAND("resolve",
    "have a session's agent resolve its conflict with the target", run_resolve,
    OPTION_ROWS(rows, struct arguments));

struct rework_arguments {
	bool		 wait, edit;
	const char	*session, *text;
};
static const struct option_row rework_rows[] = {
	OPT_FLAG(struct rework_arguments, edit, 'e', NULL, "write the remarks in $EDITOR"),
	OPT_FLAG(struct rework_arguments, wait, 0, "wait", WAIT_HELP),
	OPERAND(struct rework_arguments, session, "SESSION"),
	OPERAND_OPTIONAL(struct rework_arguments, text, "TEXT"),
};

static int
run_rework(struct orch *o, void *arguments)
{
	const struct rework_arguments *a = arguments;
	char *text;
	int rv;

	if ((rv = input_text(&cmd_rework.syntax, a->text, a->edit, "What should be changed?", &text)) != 0)
		return rv;
	rv = go(o, a->session, GIVE_BACK_REWORK, text, a->wait);
	free(text);
	return rv;
}

const struct cmd cmd_rework = COMMAND("rework",
    "give a session's agent remarks to work on, and have the result reviewed", run_rework,
    OPTION_ROWS(rework_rows, struct rework_arguments));
