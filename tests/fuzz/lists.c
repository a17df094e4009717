/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "orchestrator/cli/check_list.h"
#include "orchestrator/source/bd.h"
#include "orchestrator/source/issue.h"
#include "orchestrator/view/yaml.h"
#include "proto/json/json.h"
#include "proto/json/record.h"
#include "proto/plan/streams.h"
#include "proto/plan/taskgraph.h"
#include "tests/fuzz/fuzz.h"

/* Each task comes once, after all its dependencies. */
static void
work_off(struct tasklist *l)
{
	char err[RECORD_ERR] = "", why[RECORD_ERR] = "";
	struct taskgraph g;
	size_t i, done = 0;

	for (i = 0; i < l->n; i++)
		if (!task_follows(&l->v[i], why, sizeof(why)))
			fuzz_reason(why);
	if (taskgraph_make(&g, l, err, sizeof(err)) == -1) {
		fuzz_reason(err);
		return;
	}
	for (i = 0; i < l->n; i++)
		taskgraph_enter(&g, i, TASK_PENDING);
	taskgraph_rank(&g);
	while ((i = taskgraph_next(&g)) != TASK_NONE) {
		const struct strings *needs = &l->v[i].item.depends_on;

		for (size_t k = 0; k < needs->n; k++)
			if (g.status[tasklist_find(l, needs->v[k])] != TASK_COMPLETE)
				fuzz_fail("%s before %s", l->v[i].item.id, needs->v[k]);
		taskgraph_enter(&g, i, TASK_IN_PROGRESS);
		taskgraph_enter(&g, i, TASK_COMPLETE);
		done++;
	}
	if (done != l->n)
		fuzz_fail("%zu tasks of %zu came", done, l->n);
	taskgraph_release(&g);
}

void
fuzz_tasklist(const char *buf, size_t len)
{
	char err[RECORD_ERR] = "", *a, *b;
	struct tasklist l;
	size_t alen, blen;

	if (tasklist_parse(&l, buf, len, err, sizeof(err)) == -1) {
		fuzz_reason(err);
		return;
	}
	work_off(&l);
	if ((a = tasklist_text(&l, &alen, err, sizeof(err))) == NULL)
		fuzz_fail("%s: what was read can't be written", err);
	tasklist_release(&l);
	if (tasklist_parse(&l, a, alen, err, sizeof(err)) == -1)
		fuzz_fail("%s: what was written can't be read: %s", err, a);
	for (size_t i = 0; i < l.n; i++)
		l.v[i].changed = true;		/* writes it from the parsed members */
	b = tasklist_text(&l, &blen, err, sizeof(err));
	if (b == NULL)
		fuzz_fail("%s", err);
	tasklist_release(&l);
	if (tasklist_parse(&l, b, blen, err, sizeof(err)) == -1)
		fuzz_fail("%s: what was written can't be read: %s", err, b);
	tasklist_release(&l);
	free(a);
	free(b);
}

static void
streams_use(struct streams *s, struct strings *problems)
{
	struct task t;

	streams_take_own(s);
	streams_check(s, 4, problems);
	streams_overlaps(s, problems);
	for (size_t i = 0; i < s->n; i++) {
		memset(&t, 0, sizeof(t));
		streams_task(s, i, &t);
		if (streams_task(s, i, &t))
			fuzz_fail("%s: another task each time", s->v[i].id);
		task_release(&t);
		for (size_t k = 0; k < i; k++)
			if (streams_at_once(s, i, k) != streams_at_once(s, k, i))
				fuzz_fail("%s and %s: at once from one side", s->v[i].id, s->v[k].id);
	}
}

void
fuzz_streams(const char *buf, size_t len)
{
	struct strings problems = { 0 };
	struct streams s;
	char *a, *b;
	size_t alen, blen;

	if (streams_parse(&s, buf, len, &problems) == 0 && problems.n == 0) {
		a = streams_text(&s, &alen);
		streams_use(&s, &problems);
		streams_release(&s);
		strings_free(&problems);
		if (streams_parse(&s, a, alen, &problems) == -1 || problems.n > 0)
			fuzz_fail("%s: what was written can't be read: %s",
			    problems.n > 0 ? problems.v[0] : "", a);
		b = streams_text(&s, &blen);
		if (strcmp(a, b) != 0)
			fuzz_fail("another file each time:\n%s%s", a, b);
		free(a);
		free(b);
	} else {
		if (problems.n == 0)
			fuzz_fail("an error without a reason");
		if (s.raw != NULL)
			streams_use(&s, &problems);
	}
	for (size_t i = 0; i < problems.n; i++)
		fuzz_reason(problems.v[i]);
	strings_free(&problems);
	streams_release(&s);
}

/* Turns an issue into a task: a list must accept it, and it must be the same when read again. */
static void
take_issue(const struct issue *is, struct tasklist *l)
{
	char err[RECORD_ERR] = "", *s;
	struct strings ids = { 0 };
	struct task *t;

	issue_blockers(is, true, &ids);
	strings_free(&ids);
	s = issue_obstacle(is, "me/list");
	fuzz_reason(*s == '\0' ? "" : "said");
	free(s);
	(void)issue_heads(is);
	(void)issue_has(is, "me/list");
	(void)issue_labelled(is, "x");
	if (tasklist_twin(l, is->id) != TASK_NONE)
		return;
	if ((t = tasklist_add(l, is->id, NULL, err, sizeof(err))) == NULL) {
		fuzz_reason(err);
		return;
	}
	issue_fill(is, l, t);
	if (issue_fill(is, l, t))
		fuzz_fail("%s: another task each time", is->id);
}

void
fuzz_beads(const char *buf, size_t len)
{
	char why[BD_WHY] = "", err[RECORD_ERR] = "", *text;
	struct strings wrong = { 0 };
	struct tasklist l, again;
	struct issues all;
	struct json *j;
	bool said;
	size_t n;

	if ((j = bd_payload(buf, len, why, sizeof(why), &said)) == NULL) {
		fuzz_words(why);
		return;
	}
	issues_read(&all, j, &wrong);
	tasklist_make(&l, "a list");
	for (size_t i = 0; i < all.n; i++)
		take_issue(&all.v[i], &l);
	if ((text = tasklist_text(&l, &n, err, sizeof(err))) == NULL)
		fuzz_fail("%s", err);
	if (tasklist_parse(&again, text, n, err, sizeof(err)) == -1)
		fuzz_fail("%s: what was written can't be read: %s", err, text);
	free(text);
	tasklist_release(&again);
	tasklist_release(&l);
	issues_release(&all);
	strings_free(&wrong);
	json_free(j);
}

void
fuzz_checklist(const char *buf, size_t len)
{
	struct json *j = check_list_parse(buf, len, NULL);

	for (size_t i = 0; i < json_count(j); i++)
		if (json_str(json_at(j, i), "title") == NULL || json_int(json_at(j, i), "line", 0) < 1)
			fuzz_fail("task %zu has no title or no line", i);
	json_free(j);
}

void
fuzz_yaml(const char *buf, size_t len)
{
	struct json *j, *again;
	char err[RECORD_ERR] = "", *text, *a, *b;

	if ((j = yaml_parse(buf, len, err, sizeof(err))) == NULL) {
		fuzz_reason(err);
		return;
	}
	if ((text = yaml_text(j)) != NULL) {
		if ((again = yaml_parse(text, strlen(text), err, sizeof(err))) == NULL)
			fuzz_fail("%s: what was read is written wrong", err);
		a = json_text(j, false, NULL);
		b = json_text(again, false, NULL);
		if (strcmp(a, b) != 0)
			fuzz_fail("%s is written as %s", a, b);
		free(a);
		free(b);
		json_free(again);
	}
	free(text);
	json_free(j);
}
