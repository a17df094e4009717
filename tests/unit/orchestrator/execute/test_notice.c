/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "orchestrator/execute/notice.h"
#include "orchestrator/workspace/orch.h"
#include "proto/json/json.h"

/* Its child never ends, so that everything waits. */
static void
begin(struct notices *n, struct orch *o)
{
	char instance[] = "/state/one";

	memset(o, 0, sizeof(*o));
	o->instance = strdup(instance);
	*n = (struct notices){ .o = o, .on = true, .pid = 1, .known = json_new_object() };
}

static void
end(struct notices *n)
{
	strings_free(&n->waiting);
	json_free(n->known);
	free(n->o->instance);
}

static void
only_what_needs_a_person_or_has_ended_is_a_notice(void **state)
{
	(void)state;
	assert_true(notice_event("asked"));
	assert_true(notice_event("approved"));
	assert_true(notice_event("merged"));
	assert_true(notice_event("failed-timeout"));
	assert_false(notice_event("running"));
	assert_false(notice_event("progress"));
}

static void
a_status_that_is_entered_again_is_a_notice_again(void **state)
{
	struct notices n;
	struct orch o;

	(void)state;
	begin(&n, &o);
	notices_add(&n, "session-a-000001", "rejected", "rounds");
	notices_add(&n, "session-a-000001", "running", "");
	notices_add(&n, "session-a-000001", "rejected", "rounds");
	assert_int_equal(n.waiting.n, 2);
	end(&n);
}

static void
quiet_hours_end_with_one_notice_that_counts(void **state)
{
	struct notices n;
	struct orch o;

	(void)state;
	begin(&n, &o);
	n.quiet = true;
	n.hours = (struct quiet_hours){ 0, 24 * 60 };	/* the whole day */
	notices_add(&n, "session-a-000001", "asked", "a");
	notices_add(&n, "session-a-000001", "asked", "b");
	assert_int_equal(n.waiting.n, 0);
	assert_int_equal(n.held, 2);
	assert_true(n.over.deadline > 0);
	watch_timer(&n.over, 0);
	notices_quiet_over(&n);
	assert_int_equal(n.waiting.n, 1);
	assert_non_null(strstr(n.waiting.v[0], "2 notices were held back"));
	end(&n);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_what_needs_a_person_or_has_ended_is_a_notice),
		cmocka_unit_test(a_status_that_is_entered_again_is_a_notice_again),
		cmocka_unit_test(quiet_hours_end_with_one_notice_that_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
