/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "orchestrator/session/registry.h"
#include "orchestrator/model/rows.h"

static struct entry
entry(const char *item, enum status status, int64_t created)
{
	struct entry e = { .alive = status_live(status), .begun = true };

	snprintf(e.id, sizeof(e.id), "session-%s-%jd", item, (intmax_t)created);
	strlcpy(e.state.item, item, sizeof(e.state.item));
	e.state.status = status;
	e.state.created_at = created;
	return e;
}

/* The items in the order of the rows. */
static const char *
order(struct rows *r)
{
	static char all[256];

	all[0] = '\0';
	for (size_t i = 0; i < r->n; i++) {
		strlcat(all, i > 0 ? " " : "", sizeof(all));
		strlcat(all, row_name(&r->v[i]), sizeof(all));
	}
	return all;
}

static const char *
settle(struct entry *v, size_t n, const struct rows_look *look, struct rows *r)
{
	rows_release(r);
	for (size_t i = 0; i < n; i++)
		rows_add(r, &v[i], NULL);
	rows_settle(r, look);
	return order(r);
}

static void
the_most_urgent_is_first(void **state)
{
	struct entry v[] = {
		entry("merged", STATUS_MERGED, 1), entry("ready", STATUS_APPROVED, 2), entry("works", STATUS_RUNNING, 3),
		entry("dead", STATUS_RUNNING, 4), entry("conflict", STATUS_CONFLICT, 5), entry("asks", STATUS_WAITING, 6),
		entry("older", STATUS_RUNNING, 0),
	};
	struct rows r = { 0 };

	(void)state;
	v[3].alive = false;
	v[5].state.questions_open = 1;
	assert_string_equal(settle(v, 7, &(struct rows_look){ .over = false }, &r), "asks conflict dead older works ready");
	assert_int_equal(r.count[SECTION_OVER], 1);
	assert_int_equal(r.count[SECTION_STUCK], 1);
	assert_true(r.done == 1 && r.total == 7);
	assert_string_equal(settle(v, 7, &(struct rows_look){ .over = true, .executing = true }, &r),
	    "asks conflict older works dead ready merged");
	rows_release(&r);
}

static void
an_earlier_attempt_is_over(void **state)
{
	struct entry v[] = { entry("a", STATUS_CONFLICT, 1), entry("a", STATUS_RUNNING, 2) };
	struct rows r = { 0 };

	(void)state;
	assert_string_equal(settle(v, 2, &(struct rows_look){ .over = false }, &r), "a");
	assert_ptr_equal(r.v[0].e, &v[1]);
	assert_int_equal(r.total, 1);
	settle(v, 2, &(struct rows_look){ .over = true }, &r);
	assert_string_equal(row_name(&r.v[1]), v[0].id);
	rows_release(&r);
}

static void
a_filter_looks_at_names_and_statuses(void **state)
{
	struct entry v[] = { entry("login", STATUS_RUNNING, 1), entry("logout", STATUS_APPROVED, 2) };
	struct rows r = { 0 };

	(void)state;
	assert_string_equal(settle(v, 2, &(struct rows_look){ .filter = "OUT" }, &r), "logout");
	assert_string_equal(settle(v, 2, &(struct rows_look){ .filter = "runn" }, &r), "login");
	assert_string_equal(settle(v, 2, &(struct rows_look){ .filter = "nothing" }, &r), "");
	assert_int_equal(r.count[SECTION_RUNNING], 1);
	rows_release(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_most_urgent_is_first),
		cmocka_unit_test(an_earlier_attempt_is_over),
		cmocka_unit_test(a_filter_looks_at_names_and_statuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
