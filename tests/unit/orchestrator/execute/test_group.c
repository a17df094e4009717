/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "orchestrator/execute/group.h"
#include "proto/base/text.h"
#include "proto/plan/tasklist.h"
#include "tests/unit/item_member.h"

/*
 * Tasks as words: "15:src/a" has that estimate and path, "-" for the path is none, "!" before it
 * has to be alone, "^" is urgent, "+" had a session before, "x/" after it a persona x.
 * Groups as words: for each task the place of the first of its group.
 */
#define TASKS	8
static const struct {
	const char	*what, *tasks, *groups;
} rows[] = {
	{ "one is alone", "10:src/a", "0" },
	{ "related ones share a session", "10:src/a 10:src/b 10:src/c", "000" },
	{ "three at most", "5:src/a 5:src/b 5:src/c 5:src/d", "0101" },
	{ "of two modules each its own", "10:src/a 10:doc/a 10:src/b 10:doc/b", "0101" },
	{ "balanced, the longest first", "15:src/a 10:src/b 12:src/c 8:src/d", "0110" },
	{ "no longer than may be", "20:src/a 20:src/b", "01" },
	{ "what is too long is by itself", "45:src/a 5:src/b 5:src/c", "011" },
	{ "what does not say how long counts ten", "0:src/a 0:src/b 0:src/c 0:src/d", "0101" },
	{ "those that do not say their paths", "5:- 5:- 5:src/a", "002" },
	{ "urgent ones are by themselves", "^5:src/a 5:src/b 5:src/c", "011" },
	{ "so is what has to be alone", "5:src/a !5:src/b 5:src/c", "010" },
	{ "and what has failed", "5:src/a +5:src/b 5:src/c", "010" },
	{ "personas do not share", "5:src/a 5:src/b@x 5:src/c@x", "011" },
	{ "files at the top are of one kind", "5:README 5:*.md 5:src/a", "002" },
	{ "one does not do what another may not", "5:src/a 5:src/b#src/a 5:src/c", "010" },
	{ "nothing is nothing", "", "" },
};

static void
make(struct task *t, char *word, size_t i)
{
	char *path, *mark;

	memset(t, 0, sizeof(*t));
	snprintf(t->item.id, sizeof(t->item.id), "t%zu", i);
	t->item.title = text_format("Title %zu", i);
	t->item.priority = 2;
	t->parallelizable = true;
	if (*word == '^')
		t->item.priority = 0;
	else if (*word == '!')
		t->parallelizable = false;
	else if (*word == '+')
		strlcpy(t->session, "session-t-000000", sizeof(t->session));
	word += strspn(word, "^!+");
	t->item.estimate = strtoll(word, &path, 10);
	path++;
	if ((mark = strchr(path, '@')) != NULL) {
		*mark = '\0';
		t->item.agent_type = text_format("%s", mark + 1);
	}
	if ((mark = strchr(path, '#')) != NULL) {
		*mark = '\0';
		strings_add(&t->item.forbidden_paths, mark + 1);
	}
	if (*path != '-')
		strings_add(&t->item.allowed_paths, path);
}

static size_t
make_all(struct task *t, const struct task **v, const char *words)
{
	char buf[256], *rest = buf, *word;
	size_t n = 0;

	strlcpy(buf, words, sizeof(buf));
	while ((word = strsep(&rest, " ")) != NULL && *word != '\0') {
		make(&t[n], word, n);
		v[n] = &t[n];
		n++;
	}
	return n;
}

static void
the_table(void **state)
{
	const struct task *v[TASKS];
	struct task t[TASKS];
	size_t of[TASKS], n;
	char got[TASKS + 1];

	(void)state;
	for (size_t r = 0; r < sizeof(rows) / sizeof(rows[0]); r++) {
		n = make_all(t, v, rows[r].tasks);
		group_make(v, n, of);
		for (size_t i = 0; i < n; i++) {
			got[i] = (char)('0' + of[i]);
			task_release(&t[i]);
		}
		got[n] = '\0';
		if (strcmp(got, rows[r].groups) != 0)
			fail_msg("%s: %s instead of %s", rows[r].what, got, rows[r].groups);
	}
}

static void
the_item_has_all_they_say(void **state)
{
	const struct task *v[TASKS];
	struct task t[TASKS];
	struct item g;
	size_t n = make_all(t, v, "5:src/a#doc 7:src/b 0:src/a");

	(void)state;
	strings_add(&t[0].item.outputs, "out");
	strings_add(&t[1].item.depends_on, "x");
	t[1].item.description = text_format("Do it.");
	t[0].item.timeout = 10;
	group_item(&g, v, n, "tl-00000000");
	assert_string_equal(g.id, "t0");
	assert_string_equal(g.title, "Title 0; Title 1; Title 2");
	assert_int_equal(g.parts.n, 3);
	assert_string_equal(g.parts.v[1].id, "t1");
	assert_string_equal(g.parts.v[1].description, "Do it.");
	assert_string_equal(g.parts.v[2].list, "tl-00000000");
	assert_int_equal(g.allowed_paths.n, 2);
	assert_int_equal(g.forbidden_paths.n, 1);
	assert_int_equal(g.outputs.n, 1);
	assert_string_equal(g.depends_on.v[0], "x");
	assert_int_equal(g.estimate, 12);
	assert_int_equal(g.timeout, 0);
	item_release(&g);
	for (size_t i = 0; i < n; i++)
		task_release(&t[i]);
}

/* The text of the item of two tasks with this member, or without; NULL when each is done by itself. */
static char *
group_of(const struct member *m)
{
	static const char plain[] = "{\"version\": 1, \"id\": \"a\", \"title\": \"t\"}";
	struct task t[2] = { { .parallelizable = true }, { .parallelizable = true } };
	const struct task *v[2] = { &t[0], &t[1] };
	char err[256], *text;
	struct json *o = json_parse(plain, strlen(plain), 0, err, sizeof(err));
	struct item g;
	size_t of[2];

	if (m != NULL)
		item_put(o, m);
	text = json_text(o, false, NULL);
	for (size_t i = 0; i < 2; i++)
		if (item_parse(&t[i].item, text, strlen(text), err, sizeof(err)) == -1)
			fail_msg("%s", err);
	free(text);
	json_free(o);
	text = NULL;
	group_make(v, 2, of);
	if (of[1] == 0) {
		group_item(&g, v, 2, "tl-00000000");
		text = item_text(&g, NULL);
		item_release(&g);
	}
	task_release(&t[0]);
	task_release(&t[1]);
	return text;
}

static void
no_member_of_a_task_is_lost_in_a_group(void **state)
{
	char *plain = group_of(NULL), *text;

	(void)state;
	assert_non_null(plain);
	for (const struct member *m = item_record.members; m->key != NULL; m++) {
		if ((text = group_of(m)) != NULL && strcmp(text, plain) == 0)
			fail_msg("%s is lost: copy it in group_item(), or keep its task alone in single(), both in group.c", m->key);
		free(text);
	}
	free(plain);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_table),
		cmocka_unit_test(the_item_has_all_they_say),
		cmocka_unit_test(no_member_of_a_task_is_lost_in_a_group),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
