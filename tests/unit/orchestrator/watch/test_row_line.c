/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

#include "orchestrator/session/registry.h"
#include "orchestrator/watch/row_line.h"

#define MINUTE	60000

static void
a_line_fits_and_has_no_control_character(void **state)
{
	struct entry e = { .id = "session-long", .alive = true, .begun = true,
		.state = { .item = "an-item-with-quite-a-long-name", .status = STATUS_RUNNING, .created_at = MINUTE } };
	struct frame f = { .width = 60 };

	(void)state;
	row_line(&f, &(struct row){ .e = &e, .note = "\033[31m evil, \001 and so long that it does not fit", .section = SECTION_RUNNING },
	    true, 4 * MINUTE);
	assert_true(frame_columns(f.v[0].text) <= 60);
	assert_null(strpbrk(f.v[0].text, "\033\001\n"));
	assert_non_null(strstr(f.v[0].text, " > an-item-with-... setup                3m  \\033[3"));
	assert_true(f.v[0].chosen && f.v[0].ink == INK_BUSY);
	frame_release(&f);
}

static void
a_frame_shows_the_columns_that_are_asked_for(void **state)
{
	struct frame f = { .width = 5 };

	(void)state;
	frame_add(&f, INK_PLAIN, "0123456789", 0);
	frame_add(&f, INK_PLAIN, "0123456789", 5);
	frame_add(&f, INK_PLAIN, "\tx", 6);
	frame_add(&f, INK_PLAIN, "0123456789", 20);
	frame_add(&f, INK_PLAIN, "\xff", 0);
	frame_pad(&f, 6);
	assert_string_equal(f.v[0].text, "01...");
	assert_string_equal(f.v[1].text, "56789");
	assert_string_equal(f.v[2].text, "  x");
	assert_string_equal(f.v[3].text, "");
	assert_string_equal(f.v[4].text, "\\377");
	assert_string_equal(f.v[5].text, "");
	frame_release(&f);
}

static void
characters_that_the_locale_lacks_become_ascii(void **state)
{
	struct text t = { 0 };

	(void)state;
	frame_column(&t, "█░ü", 4);
	assert_string_equal(t.buf, "#.? ");
	text_free(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_fits_and_has_no_control_character),
		cmocka_unit_test(a_frame_shows_the_columns_that_are_asked_for),
		cmocka_unit_test(characters_that_the_locale_lacks_become_ascii),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
