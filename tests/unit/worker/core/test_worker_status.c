/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/scratch.h"

#include "worker/core/worker.h"

static void
a_status_that_cannot_follow_stops_the_worker_with_the_reason(void **state)
{
	struct worker w = { .state.status = STATUS_RUNNING, .state.step = STEP_REVIEW };

	(void)state;
	w.dirfd = open(".", O_RDONLY | O_DIRECTORY);
	assert_int_equal(file_replace(w.dirfd, "item.json", "{}", 2, FILE_DATA), 0);
	assert_int_equal(worker_enter(&w, STATUS_RUNNING, NULL, NULL), 0);
	assert_false(worker_interrupted(&w));
	assert_int_equal(worker_enter(&w, STATUS_MERGED, NULL, NULL), -1);
	assert_true(w.refused);
	assert_true(worker_interrupted(&w));
	assert_int_equal(w.state.status, STATUS_RUNNING);
	assert_string_equal(w.fail_reason, "internal");
	assert_string_equal(w.fail_detail, "status merged can't follow running: its row in proto/session/status.h lacks it");
	assert_int_equal(worker_enter(&w, STATUS_FAILED, w.fail_reason, w.fail_detail), 0);
	close(w.dirfd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_status_that_cannot_follow_stops_the_worker_with_the_reason, scratch_enter,
		    scratch_leave),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
