/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/scratch.h"

#include <string.h>

#include "orchestrator/session/registry.h"
#include "orchestrator/session/rule.h"
#include "proto/record/question.h"
#include "proto/settings/settings.h"

static struct rule	all = { .match = (char[]){ "." }, .answer = (char[]){ "yes" }, .name = (char[]){ "all" }, .after = 2 };

static const struct rule *
found(const struct question *q, int64_t *at)
{
	struct settings s = { 0 };
	struct entry e = { 0 };

	s.defaults = &all;
	s.ndefaults = 1;
	return rule_default(&e, &s, q, at);
}

static void
a_default_answers_after_its_time(void **state)
{
	struct question q = { .text = (char[]){ "Go on?" }, .asked_at = 5000 };
	int64_t at = 0;

	(void)state;
	assert_ptr_equal(found(&q, &at), &all);
	assert_int_equal(at, 7000);
}

static void
no_default_judges_or_raises_a_budget(void **state)
{
	struct question q = { .text = (char[]){ "Raise it?" } };
	int64_t at;

	(void)state;
	q.verdict = true;
	assert_null(found(&q, &at));
	q.verdict = false;
	strlcpy(q.budget, "day", sizeof(q.budget));
	assert_null(found(&q, &at));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_default_answers_after_its_time),
		cmocka_unit_test(no_default_judges_or_raises_a_budget),
	};
	return cmocka_run_group_tests_name("rule", tests, NULL, NULL);
}
