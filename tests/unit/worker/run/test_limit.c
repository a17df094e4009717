/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/json/json.h"
#include "proto/session/status.h"
#include "proto/settings/limits.h"
#include "proto/settings/settings_keys.h"
#include "worker/run/limit.h"

#define N(a)	(sizeof(a) / sizeof((a)[0]))

static const struct session_limits all = { .time = 100, .stall = 20, .stale = 50, .tool = 70, .recoveries = 3,
	.tokens = 1000, .cost_microusd = 5000 };
static const struct session_limits none;

static void
what_is_reached_and_when_follows_from_the_clocks(void **state)
{
	static const struct session_limits no_stall = { .time = 100, .stale = 50 };
	static const struct session_limits late_stall = { .stall = 60, .stale = 50 };
	const struct {
		const struct session_limits *l;
		struct limit_clocks c;
		enum limit reached;
		int64_t due;
	} rows[] = {
		{ &all, { 0, 0, 0, false, false }, LIMIT_OK, 20 },
		{ &all, { 99, 19, 19, false, false }, LIMIT_OK, 1 },
		{ &all, { 85, 3, 3, false, false }, LIMIT_OK, 15 },
		{ &all, { 100, 0, 0, false, false }, LIMIT_TIME, 1 },
		{ &all, { 100, 60, 60, false, false }, LIMIT_TIME, 1 },
		{ &all, { 0, 20, 20, false, false }, LIMIT_STALL, 1 },
		{ &all, { 0, 20, 0, false, false }, LIMIT_STALL, 1 },		/* the wall clock was set */
		{ &all, { 0, 60, 60, false, false }, LIMIT_STALE, 1 },
		{ &all, { 0, 5, 100000, false, false }, LIMIT_OK, 15 },	/* the machine was asleep */
		{ &all, { 900, 900, 900, true, false }, LIMIT_OK, 0 },		/* a question is open */
		{ &no_stall, { 0, 49, 49, false, false }, LIMIT_OK, 1 },
		{ &no_stall, { 0, 49, 100000, false, false }, LIMIT_OK, 1 },
		{ &no_stall, { 0, 100000, 30, false, false }, LIMIT_OK, 20 },
		{ &no_stall, { 0, 50, 50, false, false }, LIMIT_STALE, 1 },
		{ &late_stall, { 0, 60, 60, false, false }, LIMIT_STALE, 1 },
		{ &late_stall, { 0, 60, 10, false, false }, LIMIT_STALL, 1 },
		{ &late_stall, { 0, 0, -5, false, false }, LIMIT_OK, 55 },
		{ &all, { 0, 60, 60, false, true }, LIMIT_OK, 10 },
		{ &all, { 0, 70, 0, false, true }, LIMIT_TOOL, 1 },
		{ &all, { 95, 60, 60, false, true }, LIMIT_OK, 5 },
		{ &no_stall, { 0, 100000, 100000, false, true }, LIMIT_OK, 100 },
		{ &none, { 100000, 100000, 100000, false, false }, LIMIT_OK, 0 },
	};

	(void)state;
	for (size_t i = 0; i < N(rows); i++)
		if (limit_reached(rows[i].l, &rows[i].c) != rows[i].reached ||
		    limit_due(rows[i].l, &rows[i].c) != rows[i].due)
			fail_msg("row %zu: %d, due %lld", i, (int)limit_reached(rows[i].l, &rows[i].c),
			    (long long)limit_due(rows[i].l, &rows[i].c));
}

static void
the_ladder_is_resume_then_anew_then_the_end(void **state)
{
	static const struct { struct trouble t; enum escalation next; } rows[] = {
		{ { .resumable = true }, ESCALATION_RESUME },
		{ { .resumable = true, .resumed = true, .attempts = 1 }, ESCALATION_FRESH },
		{ { .resumable = true, .resumed = true, .attempts = 2 }, ESCALATION_FRESH },
		{ { .resumable = true, .resumed = true, .attempts = 3 }, ESCALATION_GIVE_UP },
		{ { .resumable = true, .attempts = 2 }, ESCALATION_RESUME },
		{ { .attempts = 0 }, ESCALATION_FRESH },
		{ { .full = true, .resumable = true }, ESCALATION_FRESH },
		{ { .full = true, .resumable = true, .attempts = 3 }, ESCALATION_GIVE_UP },
		{ { .attempts = 4 }, ESCALATION_GIVE_UP },
	};
	const struct trouble first = { .resumable = true };

	(void)state;
	for (size_t i = 0; i < N(rows); i++)
		if (limit_escalation(&all, &rows[i].t) != rows[i].next)
			fail_msg("row %zu: %d", i, (int)limit_escalation(&all, &rows[i].t));
	assert_int_equal(limit_escalation(&none, &first), ESCALATION_GIVE_UP);
}

static void
a_reason_says_how_the_session_ends_and_what_is_kept(void **state)
{
	static const struct { const char *reason; enum status status; bool keeps; } rows[] = {
		{ "time-limit", STATUS_FAILED_TIMEOUT, true },
		{ "no-activity", STATUS_STALE, true },
		{ "stalled", STATUS_FAILED, true },
		{ "context-exhausted", STATUS_FAILED, true },
		{ "budget", STATUS_FAILED, true },
		{ "would-not-stop", STATUS_UNKNOWN, false },
		{ "agent-error", STATUS_FAILED, false },
		{ "", STATUS_FAILED, false },
	};

	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		assert_int_equal(limit_status(rows[i].reason), rows[i].status);
		assert_int_equal(limit_keeps(rows[i].reason), rows[i].keeps);
	}
}

static void
those_of_an_item_are_laid_over_those_of_the_settings(void **state)
{
	static const char text[] = "{\"time\":0,\"stall\":0.25,\"cost_usd\":1.5}";
	char err[256] = "", *back;
	struct keys k = { .file = "f", .err = err, .errlen = sizeof(err) };
	struct session_limits l, item = { 0 };
	struct json *o = json_parse(text, sizeof(text) - 1, 0, err, sizeof(err));

	(void)state;
	limits_default(&l);
	assert_int_equal(l.time, 1800000);
	assert_int_equal(l.stall, 600000);
	assert_int_equal(l.recoveries, 3);
	assert_int_equal(l.grace, 300000);
	assert_int_equal(l.stale, 3600000);
	limits_over(&l, &item);
	assert_int_equal(l.time, 1800000);
	assert_null(limits_item_json(&item));
	assert_int_equal(limits_item_apply(&k, "limits", o, &item), 0);
	limits_over(&l, &item);
	assert_int_equal(l.time, 0);
	assert_int_equal(l.stall, 250);
	assert_int_equal(l.stale, 3600000);
	assert_int_equal(l.cost_microusd, 1500000);
	json_free(o);
	o = limits_item_json(&item);
	back = json_text(o, false, NULL);
	assert_string_equal(back, text);
	free(back);
	json_free(o);
	o = json_parse("{\"stall\":-1}", 12, 0, err, sizeof(err));
	assert_int_equal(limits_item_apply(&k, "limits", o, &item), -1);
	assert_string_equal(err, "f: \"limits.stall\" must be a number from 0 to 31622400");
	json_free(o);
}

static void
words_name_a_wait_in_a_unit(void **state)
{
	(void)state;
	assert_int_equal(limit_wait("Usage limit reached; try again in 5 minutes."), 5 * 60000);
	assert_int_equal(limit_wait("back in a while"), 0);
	assert_int_equal(limit_wait("retry in 1 Second"), 1000);
	assert_int_equal(limit_wait("back in 1 hour"), 3600000);
	assert_int_equal(limit_wait("back in 3 days"), 3600000);
	assert_int_equal(limit_wait("in the line in -3 hours"), 0);
	assert_int_equal(limit_wait("in 7 in 99999999999999999999 hours"), 0);
	assert_int_equal(limit_wait(""), 0);
}

static void
the_pause_of_a_service_grows_up_to_five_minutes(void **state)
{
	static const int64_t seconds[] = { 5, 20, 80, 300, 300 };

	(void)state;
	for (size_t i = 0; i < N(seconds); i++)
		assert_int_equal(limit_pause((int64_t)i + 1), seconds[i] * 1000);
	assert_int_equal(limit_pause(INT64_MAX), 300000);
}

static void
a_minute_begins_by_the_clock(void **state)
{
	(void)state;
	assert_int_equal(limit_minute(0), 60000);
	assert_int_equal(limit_minute(59999), 60000);
	assert_int_equal(limit_minute(INT64_C(1796058856199)), INT64_C(1796058900000));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_name_a_wait_in_a_unit),
		cmocka_unit_test(the_pause_of_a_service_grows_up_to_five_minutes),
		cmocka_unit_test(a_minute_begins_by_the_clock),
		cmocka_unit_test(what_is_reached_and_when_follows_from_the_clocks),
		cmocka_unit_test(the_ladder_is_resume_then_anew_then_the_end),
		cmocka_unit_test(a_reason_says_how_the_session_ends_and_what_is_kept),
		cmocka_unit_test(those_of_an_item_are_laid_over_those_of_the_settings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
