/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/scratch.h"

#include "orchestrator/session/spending.h"
#include "proto/base/text.h"
#include "proto/json/json.h"
#include "proto/record/state.h"

static struct json *
spent(void)
{
	struct state s = { .nspent = 0 };
	struct json *list;

	state_spend(&s, &(struct state_spent){ .role = ROLE_REVIEWER, .input_tokens = 10, .output_tokens = 1, .cost_microusd = 100000 },
	    "2026-01-30", "claude");
	state_spend(&s, &(struct state_spent){ .role = ROLE_REVIEWER, .input_tokens = 20 }, "2026-01-31", "claude");
	state_spend(&s, &(struct state_spent){ .role = ROLE_REVIEWER, .input_tokens = 5, .estimated = true }, "2026-02-01", "claude");
	state_spend(&s, &(struct state_spent){ .role = ROLE_IMPLEMENTER, .input_tokens = 7 }, "2026-01-31", "codex");
	list = spending_of_session(&s);
	state_release(&s);
	return list;
}

static char *
text_of(const struct json *list)
{
	struct text t = { 0 };

	for (size_t i = 0; i < json_count(list); i++) {
		text_puts(&t, i > 0 ? "; " : "");
		spending_text(json_at(list, i), &t);
	}
	return t.buf;
}

static void
the_days_of_a_session_are_one_sum_and_estimates_are_apart(void **state)
{
	struct json *list = spent();
	char *text = text_of(list);

	(void)state;
	assert_string_equal(text, "claude, reviewer: 30 tokens in, 1 out, 0.10 USD; claude, reviewer: 5 tokens in, 0 out (estimated); "
	    "codex, implementer: 7 tokens in, 0 out");
	free(text);
	json_free(list);
}

static void
merged_sums_are_those_of_both(void **state)
{
	struct json *list = spent(), *more = spent();
	char *text;

	(void)state;
	spending_merge(list, more);
	spending_merge(list, NULL);
	text = text_of(list);
	assert_string_equal(text, "claude, reviewer: 60 tokens in, 2 out, 0.20 USD; claude, reviewer: 10 tokens in, 0 out (estimated); "
	    "codex, implementer: 14 tokens in, 0 out");
	free(text);
	json_free(more);
	json_free(list);
}

static void
sums_without_a_label_are_one(void **state)
{
	struct json *list = json_new_array();
	char *text;

	(void)state;
	for (int i = 0; i < 4; i++)
		spending_add(list, &(struct spending_label){ "list", i % 2 == 0 ? NULL : "tl-1" }, 1,
		    &(struct state_spent){ .input_tokens = i });
	text = text_of(list);
	assert_string_equal(text, "none: 2 tokens in, 0 out; tl-1: 4 tokens in, 0 out");
	free(text);
	json_free(list);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_days_of_a_session_are_one_sum_and_estimates_are_apart),
		cmocka_unit_test(merged_sums_are_those_of_both),
		cmocka_unit_test(sums_without_a_label_are_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
