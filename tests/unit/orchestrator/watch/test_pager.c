/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

#include "orchestrator/watch/pager.h"

static struct pager p;

static int
setup(void **state)
{
	char line[24];

	(void)state;
	pager_open(&p, text_format("title"), false);
	for (int i = 0; i < 10; i++) {
		snprintf(line, sizeof(line), "line %d\n", i);
		pager_add(&p, line, strlen(line));
	}
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	pager_close(&p);
	return 0;
}

/* The first and the last line that three lines below the title show. */
static const char *
shows(void)
{
	static char both[64];
	struct frame f = { .width = 40 };

	pager_frame(&p, &f, 4);
	snprintf(both, sizeof(both), "%s-%s", f.v[1].text + strlen("line "), f.v[3].text + strlen("line "));
	frame_release(&f);
	return both;
}

static void
moves_stop_at_both_ends(void **state)
{
	(void)state;
	assert_string_equal(shows(), "0-2");
	pager_move(&p, -1, 3);
	assert_string_equal(shows(), "0-2");
	pager_move(&p, 2, 3);
	assert_string_equal(shows(), "2-4");
	pager_move(&p, -1, 3);
	assert_string_equal(shows(), "1-3");
	pager_move(&p, 1000, 3);
	assert_string_equal(shows(), "7-9");
}

static void
a_screen_without_room_is_moved_over(void **state)
{
	(void)state;
	pager_move(&p, 1000, SIZE_MAX);
	assert_int_equal(p.top, 0);
	pager_move(&p, 1000, 0);
	pager_move(&p, -1, 0);
	assert_string_equal(p.text.buf + p.top, "line 9\n");
	for (size_t height = 0; height < 2; height++) {
		struct frame f = { .width = 40 };

		p.follow = true;
		pager_frame(&p, &f, height);
		assert_int_equal(f.n, height);
		frame_release(&f);
	}
}

static void
the_end_is_followed(void **state)
{
	(void)state;
	pager_move(&p, 1000, 3);
	pager_add(&p, "line 10\n", 8);
	assert_string_equal(shows(), "8-10");
	pager_move(&p, -1, 3);
	pager_add(&p, "line 11\n", 8);
	assert_string_equal(shows(), "7-9");
}

static void
a_search_goes_both_ways(void **state)
{
	(void)state;
	p.search = text_format("e 5");
	assert_true(pager_find(&p, 1));
	assert_string_equal(shows(), "5-7");
	assert_false(pager_find(&p, 1));
	pager_move(&p, 1, 3);
	assert_true(pager_find(&p, -1));
	assert_string_equal(shows(), "5-7");
}

static void
the_last_bytes_of_a_log_are_kept(void **state)
{
	(void)state;
	p.follow = true;
	for (size_t i = 0; i < 3 * PAGER_MAX / 8; i++)
		pager_add(&p, "line 77\n", 8);
	assert_true(p.text.len <= PAGER_MAX && p.text.len >= PAGER_MAX / 2 - 8);
	assert_string_equal(shows(), "77-77");
	assert_memory_equal(p.text.buf, "line 77\n", 8);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(moves_stop_at_both_ends, setup, teardown),
		cmocka_unit_test_setup_teardown(a_screen_without_room_is_moved_over, setup, teardown),
		cmocka_unit_test_setup_teardown(the_end_is_followed, setup, teardown),
		cmocka_unit_test_setup_teardown(a_search_goes_both_ways, setup, teardown),
		cmocka_unit_test_setup_teardown(the_last_bytes_of_a_log_are_kept, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
