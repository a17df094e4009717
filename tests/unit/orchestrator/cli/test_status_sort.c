/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

#include "orchestrator/cli/status_sort.h"
#include "orchestrator/session/registry.h"
#include "proto/base/text.h"

enum { EARLY = 10, SINCE = 20, LATE = 30 };

static struct entry
entry(enum status status, int64_t ended, bool archived)
{
	struct entry e = { .archived = archived };

	e.state.status = status;
	e.state.ended_at = ended;
	return e;
}

static void
counts(struct entry *v, size_t n, size_t older, const char *wanted)
{
	static const bool superseded[8];
	struct entries es = { v, n };
	struct text t = { 0 };

	over_text(&t, &es, superseded, older, SINCE, "today");
	assert_string_equal(t.buf, wanted);
	text_free(&t);
}

static void
what_ended_before_is_only_counted(void **state)
{
	struct entry v[] = {
		entry(STATUS_MERGED, LATE, true), entry(STATUS_MERGED, EARLY, true), entry(STATUS_FAILED, LATE, true),
		entry(STATUS_FAILED, EARLY, true), entry(STATUS_CANCELLED, EARLY, false),
	};

	(void)state;
	counts(v, 1, 0, "1 merged today");
	counts(v, 5, 4, "1 failed, 1 merged today, 7 earlier");
	counts(&v[3], 2, 0, "2 over");
}

static void
a_failure_that_is_not_archived_is_always_named(void **state)
{
	struct entry v[] = {
		entry(STATUS_FAILED, EARLY, false), entry(STATUS_FAILED, LATE, false), entry(STATUS_MERGED, LATE, true),
	};

	(void)state;
	counts(v, 1, 0, "1 failed");
	counts(v, 1, 2, "1 failed, 2 earlier");
	counts(v, 2, 0, "2 failed");
	counts(v, 3, 0, "2 failed, 1 merged today");
	counts(&v[1], 1, 0, "1 failed today");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_ended_before_is_only_counted),
		cmocka_unit_test(a_failure_that_is_not_archived_is_always_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
