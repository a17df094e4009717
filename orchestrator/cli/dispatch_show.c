/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "orchestrator/execute/cache.h"
#include "orchestrator/session/await.h"
#include "orchestrator/session/spawn.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/text.h"
#include "proto/json/json.h"
#include "proto/record/item.h"
#include "proto/session/layout.h"

#define HEADS	"refs/heads/"

static void
show_text(const struct orch *o, const struct dispatched *d, const struct item *item)
{
	char head[ORCH_REF_MAX];

	printf("session   %s\n", d->session);
	printf("target    %s", d->target);
	if (git_head_branch(&o->repo, head, sizeof(head), NULL, 0) == 0 && strncmp(head, HEADS, strlen(HEADS)) == 0 &&
	    strcmp(head + strlen(HEADS), d->target) != 0)
		printf(", which is not the branch that is checked out here (%s)", head + strlen(HEADS));
	printf("\nworktree  ");
	text_print(stdout, d->worktree, false);
	printf("\nlog       ");
	if (isatty(STDOUT_FILENO))
		printf("orchestrator logs -f %s\n", item->id);
	else {
		text_print(stdout, d->path, false);
		printf("/" SESSION_FILE_LOG "\n");
	}
	fflush(stdout);
}

static void
show_json(const struct dispatched *d, const struct item *item, const char *status)
{
	struct json *j = json_new_object();
	char *log = text_format("%s/" SESSION_FILE_LOG, d->path), *text;

	json_put_int(j, "version", 1);
	json_put_str(j, "session", d->session);
	json_put_str(j, "item", item->id);
	json_put_str(j, "worktree", d->worktree);
	json_put_str(j, "branch", d->branch);
	json_put_str(j, "target", d->target);
	json_put_str(j, "log", log);
	json_put_str(j, "path", d->path);
	if (status != NULL)
		json_put_str(j, "status", status);
	text = json_text(j, true, NULL);
	fputs(text, stdout);
	fflush(stdout);
	free(text);
	free(log);
	json_free(j);
}

int
dispatch_show(struct orch *o, const struct dispatched *d, const struct item *item, bool wait)
{
	enum status end = STATUS_PENDING;
	int status = 0;

	cache_write_all(o);
	if (!o->json)
		show_text(o, d, item);
	if (wait)
		status = await_end(d->path, &end);
	if (o->json)
		show_json(d, item, wait ? status_name(end) : NULL);
	else if (wait)
		printf("status    %s\n", status_name(end));
	return status;
}
