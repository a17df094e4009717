/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <stdio.h>

#include "orchestrator/session/registry.h"
#include "orchestrator/session/show_entry.h"
#include "orchestrator/view/show.h"
#include "orchestrator/workspace/cmd.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/log.h"
#include "proto/json/json.h"

struct arguments {
	bool		 instance, worktree;
	const char	*session;
};
static const struct option_row rows[] = {
	OPT_FLAG(struct arguments, instance, 0, "instance", "the directory of the instance"),
	OPT_FLAG(struct arguments, worktree, 0, "worktree", "the worktree of the session"),
	OPERAND_OPTIONAL(struct arguments, session, "SESSION"),
};

static int
show_instance(struct orch *o)
{
	struct json	*j;
	int		 rv = orch_open(o);

	if (rv != 0)
		return rv;
	if (o->instance == NULL) {
		log_warnx("there is no instance yet; orchestrator dispatch or execute makes one");
		return EX_NOINPUT;
	}
	if (o->json) {
		j = json_new_object();
		json_put_int(j, "version", 1);
		json_put_str(j, "instance", o->instance);
		show_json(j);
	} else
		puts(o->instance);
	return 0;
}

static int
run(struct orch *o, void *arguments)
{
	const struct arguments *a = arguments;
	struct entry	e;
	int		rv;

	if (a->instance + (a->session != NULL) != 1 || (a->instance && a->worktree))
		return option_error(&cmd_path.syntax, "give SESSION, SESSION --worktree, or --instance");
	if (a->instance)
		return show_instance(o);
	if ((rv = show_operand(o, a->session, &e)) != 0)
		return rv;
	if (o->json)
		show_json(show_entry_json(&e));
	else if (!a->worktree)
		puts(e.path);
	else if (e.error == NULL && e.state.worktree[0] != '\0')
		puts(e.state.worktree);
	else {
		log_warnx("%s: its worktree is not known; orchestrator status %s shows the session", e.id, e.id);
		rv = EX_NOINPUT;
	}
	entry_release(&e);
	return rv;
}

const struct cmd cmd_path = COMMAND("path", "print the path of a session directory, its worktree, or the instance", run,
    OPTION_ROWS(rows, struct arguments));
