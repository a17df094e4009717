/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/scratch.h"

#include "proto/base/text.h"
#include "proto/settings/budget.h"

static void
either_figure_reaches_a_level(void **state)
{
	static const struct { struct budget limit, used; enum budget_level level; } rows[] = {
		{ { 0, 0 }, { INT64_MAX, INT64_MAX }, BUDGET_FREE },
		{ { 1000, 0 }, { 799, INT64_MAX }, BUDGET_FREE },
		{ { 1000, 0 }, { 800, 0 }, BUDGET_NOTICE },
		{ { 1000, 0 }, { 999, 0 }, BUDGET_NOTICE },
		{ { 1000, 0 }, { 1000, 0 }, BUDGET_SPENT },
		{ { 0, 1000000 }, { 0, 799999 }, BUDGET_FREE },
		{ { 0, 1000000 }, { 0, 800000 }, BUDGET_NOTICE },
		{ { 0, 1000000 }, { 0, 1000001 }, BUDGET_SPENT },
		{ { 1000, 1000000 }, { 10, 1000000 }, BUDGET_SPENT },
		{ { 1000, 1000000 }, { 900, 10 }, BUDGET_NOTICE },
		{ { INT64_MAX, 0 }, { INT64_MAX / 2, 0 }, BUDGET_FREE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (budget_level(&rows[i].limit, &rows[i].used) != rows[i].level)
			fail_msg("row %zu", i);
}

static void
an_answer_raises_refuses_or_is_unclear(void **state)
{
	static const struct budget usd = { 0, 2000000 }, tokens = { 500, 0 }, both = { 500, 2000000 };
	static const struct { const char *answer; const struct budget *limit; enum budget_reply reply; struct budget more; } rows[] = {
		{ "yes", &usd, BUDGET_RAISE, { 0, 2000000 } },
		{ "Yes", &tokens, BUDGET_RAISE, { 500, 0 } },
		{ "no", &usd, BUDGET_REFUSE, { 0, 0 } },
		{ "5", &usd, BUDGET_RAISE, { 0, 5000000 } },
		{ "5", &tokens, BUDGET_RAISE, { 5, 0 } },
		{ "$0.5", &both, BUDGET_RAISE, { 0, 500000 } },
		{ "$0.5", &tokens, BUDGET_UNCLEAR, { 0, 0 } },
		{ "0.3", &tokens, BUDGET_UNCLEAR, { 0, 0 } },
		{ "0.001 USD", &usd, BUDGET_UNCLEAR, { 0, 0 } },
		{ "2.5 USD", &usd, BUDGET_RAISE, { 0, 2500000 } },
		{ "20000 tokens", &both, BUDGET_RAISE, { 20000, 0 } },
		{ "20000 tokens", &usd, BUDGET_UNCLEAR, { 0, 0 } },
		{ "0", &usd, BUDGET_UNCLEAR, { 0, 0 } },
		{ "-5", &usd, BUDGET_UNCLEAR, { 0, 0 } },
		{ "inf", &usd, BUDGET_UNCLEAR, { 0, 0 } },
		{ "1e99", &usd, BUDGET_UNCLEAR, { 0, 0 } },
		{ "5 francs", &usd, BUDGET_UNCLEAR, { 0, 0 } },
		{ "", &usd, BUDGET_UNCLEAR, { 0, 0 } },
	};
	struct budget more;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (budget_reply(rows[i].answer, rows[i].limit, &more) != rows[i].reply)
			fail_msg("row %zu", i);
		if (rows[i].reply == BUDGET_RAISE && (more.tokens != rows[i].more.tokens || more.microusd != rows[i].more.microusd))
			fail_msg("row %zu: another amount", i);
	}
}

static void
an_amount_sets_its_own_unit(void **state)
{
	struct budget b = { 0 };

	(void)state;
	assert_true(budget_amount("5", &b));
	assert_true(budget_amount("20000 tokens", &b));
	assert_int_equal(b.microusd, 5000000);
	assert_int_equal(b.tokens, 20000);
	assert_false(budget_amount("yes", &b));
	assert_false(budget_amount("0.5 tokens", &b));
	assert_int_equal(b.tokens, 20000);
}

static void
a_raise_is_of_what_is_limited(void **state)
{
	struct budget limit = { 100, 0 }, more = { 20, 30 }, sum = budget_raised(&limit, &more);

	(void)state;
	assert_int_equal(sum.tokens, 120);
	assert_int_equal(sum.microusd, 0);
}

static void
a_question_says_what_is_limited(void **state)
{
	static const struct budget limits[] = { { 500, 0 }, { 0, 2000000 }, { 500, 1234 } };
	struct budget found, neither = { 0, 0 };
	char *of, *text;

	(void)state;
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		of = budget_text(&limits[i], &limits[i]);
		text = text_format("The budget of the account 1 USD: 5 tokens is spent: %s.  More?", of);
		found = budget_limited(text);
		assert_int_equal(found.tokens != 0, limits[i].tokens != 0);
		assert_int_equal(found.microusd != 0, limits[i].microusd != 0);
		free(text);
		free(of);
	}
	assert_string_equal(of = budget_text(&limits[2], &limits[2]), "0.001234 USD, 500 tokens");
	free(of);
	found = budget_limited(NULL);
	assert_int_equal(budget_reply("yes", &found, &neither), BUDGET_RAISE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(either_figure_reaches_a_level),
		cmocka_unit_test(an_answer_raises_refuses_or_is_unclear),
		cmocka_unit_test(an_amount_sets_its_own_unit),
		cmocka_unit_test(a_raise_is_of_what_is_limited),
		cmocka_unit_test(a_question_says_what_is_limited),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
