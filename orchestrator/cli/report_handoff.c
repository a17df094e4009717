/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "orchestrator/cli/report_handoff.h"
#include "orchestrator/execute/executor.h"
#include "orchestrator/session/registry.h"
#include "orchestrator/source/task_link.h"
#include "orchestrator/source/tasks.h"
#include "orchestrator/view/show.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/text.h"
#include "proto/json/record.h"
#include "proto/plan/taskgraph.h"
#include "proto/session/layout.h"
#include "proto/sys/file.h"

/* The summary of its session, malloced; NULL = none. */
static char *
summary_of(const struct entry *e)
{
	char *path = text_format("%s/" SESSION_FILE_SUMMARY, e->path), *text = NULL;
	size_t len;

	if (file_read(AT_FDCWD, path, SESSION_MAX_TEXT, &text, &len) == 0)
		text_trim(text, len);
	free(path);
	return text;
}

static void
title(const struct task *t)
{
	printf("\n### [%s] ", t->item.id);
	text_print(stdout, t->item.title, false);
	putchar('\n');
}

static void
print_done(struct orch *o, const struct task *t)
{
	char *summary = NULL;
	struct entry e;

	title(t);
	if (t->session[0] != '\0' && executor_entry(o, t->session, &e) == 0) {
		summary = summary_of(&e);
		if (status_done(e.state.status) && strcmp(e.state.merged, e.state.base) == 0)
			printf("%s needed no change\n", e.id);
		else if (e.state.merged[0] != '\0')
			printf("merged as %.12s by %s\n", e.state.merged, e.id);
		entry_release(&e);
	} else
		puts("done by hand");
	for (size_t i = 0; i < t->item.outputs.n; i++) {
		fputs(i == 0 ? "outputs: " : ", ", stdout);
		text_print(stdout, t->item.outputs.v[i], false);
	}
	if (t->item.outputs.n > 0)
		putchar('\n');
	if (summary != NULL && summary[0] != '\0')
		show_block(stdout, summary);
	free(summary);
}

static void
print_open(struct orch *o, const struct task *t, const struct taskgraph *g, size_t i)
{
	const char *reason = t->nhistory > 0 ? t->history[t->nhistory - 1].reason : NULL;
	char *waits = tasks_waits_for(g, i), *summary = NULL;
	struct entry e;

	title(t);
	printf("%s%s%s", task_status_name(t->status), waits == NULL ? "" : ", waits for ", waits == NULL ? "" : waits);
	if (t->status != TASK_PENDING && reason != NULL) {
		fputs(": ", stdout);
		text_print(stdout, reason, false);
	}
	putchar('\n');
	if (t->session[0] != '\0' && executor_entry(o, t->session, &e) == 0) {
		if (e.state.blocked != NULL) {
			fputs("blocked: ", stdout);
			text_print(stdout, e.state.blocked, false);
			putchar('\n');
		}
		if (e.state.questions_open > 0 && status_live(e.state.status))
			printf("%lld open question%s: orchestrator answer\n", (long long)e.state.questions_open,
			    e.state.questions_open == 1 ? "" : "s");
		summary = summary_of(&e);
		entry_release(&e);
	}
	if (summary != NULL && summary[0] != '\0')
		show_block(stdout, summary);
	free(summary);
	free(waits);
}

static void
print_next(const struct tasklist *l, const size_t n[TASK_STATUS_COUNT])
{
	if (n[TASK_COMPLETE] == l->n)
		printf("Next: nothing; list %s is finished: all %zu tasks are COMPLETE\n", l->id, l->n);
	else if (n[TASK_FAILED] > 0)
		printf("Next: orchestrator tasks reopen --failed --list %s; orchestrator execute %s\n", l->id, l->id);
	else if (n[TASK_BLOCKED] > 0 && n[TASK_PENDING] + n[TASK_IN_PROGRESS] == 0)
		puts("Next: orchestrator status names what the BLOCKED tasks need");
	else
		printf("Next: orchestrator execute %s\n", l->id);
}

int
report_handoff(struct orch *o, const char *list)
{
	size_t n[TASK_STATUS_COUNT] = { 0 };
	char why[RECORD_ERR];
	struct tasklist l;
	struct taskgraph g;
	int rv;

	if ((rv = tasks_open(o, list, &l)) != 0)
		return rv;
	task_link_settle(o, &l);
	if (taskgraph_make(&g, &l, why, sizeof(why)) == -1) {
		tasklist_release(&l);
		return EX_DATAERR;
	}
	for (size_t i = 0; i < l.n; i++)
		n[l.v[i].status]++;
	fputs("# ", stdout);
	text_print(stdout, l.name, false);
	printf(" (%s)\n\n%zu of %zu COMPLETE\n", l.id, n[TASK_COMPLETE], l.n);
	for (int open = 0; open < 2; open++) {
		if ((open ? l.n - n[TASK_COMPLETE] : n[TASK_COMPLETE]) == 0)
			continue;
		puts(open ? "\n## Open" : "\n## Done");
		for (size_t i = 0; i < l.n; i++)
			if (open && l.v[i].status != TASK_COMPLETE)
				print_open(o, &l.v[i], &g, i);
			else if (!open && l.v[i].status == TASK_COMPLETE)
				print_done(o, &l.v[i]);
	}
	putchar('\n');
	print_next(&l, n);
	taskgraph_release(&g);
	tasklist_release(&l);
	return 0;
}
