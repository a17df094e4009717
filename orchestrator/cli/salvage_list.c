/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>

#include "orchestrator/cli/salvage.h"
#include "orchestrator/session/registry.h"
#include "orchestrator/view/show.h"
#include "orchestrator/workspace/cmd.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/log.h"
#include "proto/json/record.h"

static int
put_one(const struct git *g, const char *session, struct json *list, char *why, size_t len)
{
	char item[SESSION_ID_MAX] = "";
	struct git_salvaged s;
	struct git_change *changes;
	struct json *j;
	size_t n;

	if (git_salvage_read(g, session, &s, why, len) == -1 ||
	    git_diff(g, s.parent, s.commit, &changes, &n, why, len) == -1)
		return -1;
	entry_item(session, item, sizeof(item));
	if (list != NULL) {
		j = json_new_object();
		json_put_str(j, "session", session);
		json_put_str(j, "item", item);
		json_put_str(j, "commit", s.commit);
		json_put_str(j, "on", s.parent);
		record_put_time(j, "at", s.at);
		json_put_int(j, "files", (int64_t)n);
		json_append(list, j);
	} else
		printf("%-32s %5s  %zu file%s on %.12s\n", session, show_age(s.at), n,
		    n == 1 ? "" : "s", s.parent);
	git_changes_free(changes, n);
	return 0;
}

static int
run(struct orch *o, void *arguments)
{
	struct strings all = { 0 };
	struct json *list, *j;
	char why[GIT_ERR];
	struct git g;
	int rv;

	(void)arguments;
	if ((rv = orch_open(o)) != 0)
		return rv;
	if (orch_git(o, &g, why, sizeof(why)) == -1 ||
	    git_salvage_list(&g, &all, why, sizeof(why)) == -1) {
		log_warnx("%s", why);
		return EX_UNAVAILABLE;
	}
	list = o->json ? json_new_array() : NULL;
	for (size_t i = 0; i < all.n; i++)
		if (put_one(&g, all.v[i], list, why, sizeof(why)) == -1) {
			log_warnx("%s", why);
			rv = EX_DATAERR;
		}
	if (list != NULL) {
		j = json_new_object();
		json_put_int(j, "version", 1);
		json_put(j, "salvaged", list);
		show_json(j);
	} else if (all.n == 0)
		puts("nothing is saved");
	strings_free(&all);
	return rv;
}

const struct cmd cmd_salvage_list = COMMAND("salvage list",
    "list the sessions with saved work", run, NO_ROWS);
