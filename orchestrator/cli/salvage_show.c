/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>

#include "orchestrator/cli/salvage.h"
#include "orchestrator/view/show.h"
#include "orchestrator/workspace/cmd.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/json/record.h"
#include "proto/session/caps.h"

#define DIFF_MAX	(16u << 20)

static void
print_json(const struct salvage *s, const struct git_change *c, size_t n, const char *diff)
{
	struct json *j = json_new_object(), *files = json_new_array(), *f;

	json_put_int(j, "version", 1);
	json_put_str(j, "session", s->session);
	json_put_str(j, "commit", s->what.commit);
	json_put_str(j, "on", s->what.parent);
	record_put_time(j, "at", s->what.at);
	for (size_t i = 0; i < n; i++) {
		f = json_new_object();
		record_put(f, "path", c[i].path, SESSION_MAX_TEXT);
		json_put_str(f, "status", (char[]){ c[i].status, '\0' });
		json_append(files, f);
	}
	json_put(j, "files", files);
	record_put(j, "diff", diff, RECORD_MAX / 2);
	show_json(j);
}

static int
show(struct orch *o, const struct salvage *s)
{
	struct git_change *changes = NULL;
	char why[GIT_ERR], *diff = NULL;
	size_t n = 0;

	if (git_diff(&s->git, s->what.parent, s->what.commit, &changes, &n, why, sizeof(why)) == -1 ||
	    git_diff_text(&s->git, s->what.parent, s->what.commit, DIFF_MAX, &diff, why,
	    sizeof(why)) == -1) {
		git_changes_free(changes, n);
		log_warnx("%s", why);
		return EX_DATAERR;
	}
	if (o->json)
		print_json(s, changes, n, diff);
	else {
		show_field("session", s->session);
		show_field("saved", show_age(s->what.at));
		show_field("commit", s->what.commit);
		show_field("on", s->what.parent);
		putchar('\n');
		text_print(stdout, diff == NULL ? "" : diff, true);
	}
	free(diff);
	git_changes_free(changes, n);
	return 0;
}

static int
run(struct orch *o, void *arguments)
{
	const struct session_argument *a = arguments;
	struct salvage s;
	int rv;

	if ((rv = orch_open(o)) != 0 || (rv = salvage_find(o, a->session, &s)) != 0)
		return rv;
	return show(o, &s);
}

const struct cmd cmd_salvage_show = COMMAND("salvage show", "show the saved work of a session", run,
    SESSION_ROWS);
