/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "proto/base/glob.h"

static const struct {
	const char	*a, *b;
	bool		 overlap;
} rows[] = {
	{ "src/a.c", "src/a.c", true },
	{ "src/a.c", "src/b.c", false },
	{ "src/**", "src/auth/*.c", true },
	{ "src/**", "src", true },
	{ "src/**", "doc/**", false },
	{ "src/**", "srcs/a", false },
	{ "src", "src/a/b.c", true },
	{ "src/", "src/a/b.c", true },
	{ "./src//a.c", "src/a.c", true },
	{ "src/*", "src/a/b.c", true },		/* src/a may be a directory */
	{ "src/*.c", "src/a/b.c", false },
	{ "src/*.c", "src/*.h", false },
	{ "src/*.c", "src/main.*", true },
	{ "*.c", "src/a.c", false },
	{ "**/*.c", "src/a.c", true },
	{ "**/*.c", "a.c", true },
	{ "**/test/**", "src/test/a", true },
	{ "**/test/**", "src/lib/a.c", true },	/* src/lib/a.c may be a directory */
	{ "a/**/z", "a/z", true },
	{ "a/**/z", "a/b/c/z", true },
	{ "a/**/z", "b/z", false },
	{ "**", "anything/at/all", true },
	{ "", "anything", true },
	{ "a?c", "abc", true },
	{ "a?c", "ac", false },
	{ "a?c", "a/c", false },
	{ "[a-c]x", "bx", true },
	{ "[a-c]x", "dx", false },
	{ "[!a-c]x", "bx", false },
	{ "[!a-c]x", "dx", true },
	{ "[]]x", "]x", true },
	{ "[a-c]x", "[c-e]x", true },
	{ "[a-b]x", "[c-e]x", false },
	{ "[ax", "[ax", true },
	{ "[ax", "ax", false },
	{ "\\*", "a", false },
	{ "\\*", "\\*", true },
	{ "a*b*c", "a*x", false },
	{ "a*b*c", "*b*", true },
	{ "*a", "*b", false },
	{ "a**b", "axxb", true },
	{ "a**b", "a/b", false },
	{ "t\303\251.c", "t?.c", true },
	{ "[!a].c", "\303\251.c", true },
	{ "src/a.c", "src/b.c", false },
	{ "./src/a", "src/a", true },
	{ "src//a", "src/a", true },
	{ "src/./a", "src/a", true },
	{ "src/./a", "src/b", false },
	{ "src/x/*", "src/[a-x]*/b", true },
	{ "src/xx", "src/x\\x", true },
	{ "src/module1/**", "src/module12/**", false },
	{ "a****************************b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac", false },
};

static void
each_pair_overlaps_as_written_from_either_side(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (glob_overlap(rows[i].a, rows[i].b) != rows[i].overlap ||
		    glob_overlap(rows[i].b, rows[i].a) != rows[i].overlap)
			fail_msg("%s and %s: expected %d", rows[i].a, rows[i].b, rows[i].overlap);
}

static void
lists_overlap_when_any_two_of_them_do(void **state)
{
	struct strings a = { 0 }, b = { 0 };

	(void)state;
	strings_add(&a, "doc/*");
	strings_add(&a, "src/**");
	assert_false(globs_overlap(&a, &b));
	strings_add(&b, "lib/**");
	assert_false(globs_overlap(&a, &b));
	strings_add(&b, "src/x.c");
	assert_true(globs_overlap(&a, &b));
	strings_free(&a);
	strings_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_pair_overlaps_as_written_from_either_side),
		cmocka_unit_test(lists_overlap_when_any_two_of_them_do),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
