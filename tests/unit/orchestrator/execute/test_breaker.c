/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "orchestrator/execute/breaker.h"

#define N(a)	(sizeof(a) / sizeof((a)[0]))
#define SUCCESS	((size_t)-1)

struct row {
	size_t		 task;		/* SUCCESS: one was merged */
	int64_t		 born, died;
	enum status	 status;
	const char	*commit, *reason;
	enum broken	 expected;
};

static void
walk(const struct row *rows, size_t n, int64_t many)
{
	char former[4][BREAKER_SAME] = { "", "", "", "" };
	struct breaker b = { .many = many };
	enum broken got;

	for (size_t i = 0; i < n; i++) {
		const struct row *r = &rows[i];
		struct death d = { .task = r->task, .born = r->born, .died = r->died,
			.status = r->status, .commit = r->commit, .reason = r->reason,
			.detail = "how" };

		if (r->task == SUCCESS) {
			breaker_success(&b);
			continue;
		}
		d.former = former[r->task];
		if ((got = breaker_death(&b, &d)) != r->expected)
			fail_msg("row %zu: %d", i, (int)got);
		breaker_same(&d, former[r->task]);
	}
}

static void
the_same_failure_of_a_task_on_the_same_commit_ends_the_task(void **state)
{
	static const struct row rows[] = {
		{ 0, 0, 60000, STATUS_FAILED, "c1", "gate", TRIP_NONE },
		{ 1, 0, 60000, STATUS_FAILED, "c1", "gate", TRIP_NONE },	/* another task's */
		{ 0, 0, 60000, STATUS_FAILED, "c2", "gate", TRIP_NONE },	/* another commit */
		{ 0, 0, 60000, STATUS_FAILED, "c2", "no-change", TRIP_NONE },
		{ 0, 0, 60000, STATUS_FAILED_TIMEOUT, "c2", "no-change", TRIP_NONE },
		{ 0, 0, 60000, STATUS_FAILED_TIMEOUT, "c2", "no-change", BROKEN_TASK },
		{ 1, 0, 60000, STATUS_FAILED, "c1", "gate", BROKEN_TASK },
		{ 2, 0, 60000, STATUS_CONFLICT, "c1", "", TRIP_NONE },
		{ 2, 0, 60000, STATUS_CONFLICT, "c1", "", TRIP_NONE },
		{ 3, 0, 60000, STATUS_REJECTED, "c1", "", TRIP_NONE },
		{ 3, 0, 60000, STATUS_REJECTED, "c1", "", TRIP_NONE },
	};

	(void)state;
	walk(rows, N(rows), 5);
}

static void
failures_before_an_agent_is_at_work_end_all(void **state)
{
	static const struct row rows[] = {
		{ 0, 0, 60000, STATUS_FAILED, "c1", "setup", TRIP_NONE },
		{ SUCCESS, 0, 0, 0, "", "", TRIP_NONE },
		{ 1, 0, 60000, STATUS_FAILED, "c1", "setup", TRIP_NONE },
		{ 2, 0, 60000, STATUS_FAILED, "c2", "setup", TRIP_NONE },
		{ 3, 0, 60000, STATUS_FAILED, "c2", "spawn", TRIP_NONE },
		{ 0, 0, 60000, STATUS_FAILED, "c2", "spawn", TRIP_SETUP },
		{ 0, 0, 60000, STATUS_FAILED, "c2", "spawn", BROKEN_TASK },
	};

	(void)state;
	walk(rows, N(rows), 5);
}

static void
many_that_die_at_once_are_an_outage(void **state)
{
	static const struct row rows[] = {
		{ 0, 1000, 1100, STATUS_FAILED, "a", "agent-error", TRIP_NONE },
		{ 1, 1000, 1100, STATUS_FAILED, "b", "agent-error", TRIP_NONE },
		{ SUCCESS, 0, 0, 0, "", "", TRIP_NONE },
		{ 2, 1000, 1200, STATUS_FAILED, "c", "died", TRIP_NONE },
		{ 3, 1000, 20000, STATUS_FAILED, "d", "agent-error", TRIP_NONE },	/* it lived */
		{ 0, 30000, 30100, STATUS_FAILED, "e", "no-change", TRIP_NONE },
		{ 1, 30000, 30100, STATUS_FAILED, "f", "agent-error", TRIP_NONE },
		{ 2, 95000, 95100, STATUS_FAILED, "g", "agent-error", TRIP_NONE },	/* too late */
		{ 3, 95000, 95200, STATUS_CANCELLED, "h", "cancelled", TRIP_NONE },
		{ 3, 95000, 95200, STATUS_FAILED, "h", "agent-error", TRIP_NONE },
		{ 0, 95000, 95300, STATUS_FAILED, "i", "agent-error", BROKEN_OUTAGE },
		{ 1, 95000, 95400, STATUS_FAILED, "j", "agent-error", BROKEN_OUTAGE },
	};
	static const struct row never[] = {
		{ 0, 1000, 1100, STATUS_FAILED, "a", "agent-error", TRIP_NONE },
		{ 1, 1000, 1100, STATUS_FAILED, "b", "agent-error", TRIP_NONE },
	};

	(void)state;
	walk(rows, N(rows), 3);
	walk(never, N(never), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_failure_of_a_task_on_the_same_commit_ends_the_task),
		cmocka_unit_test(failures_before_an_agent_is_at_work_end_all),
		cmocka_unit_test(many_that_die_at_once_are_an_outage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
