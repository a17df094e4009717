/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "proto/base/glob.h"
#include "proto/git/audit.h"
#include "proto/git/git.h"
#include "proto/record/item.h"

static void
a_glob_matches_a_path(void **state)
{
	static const struct { const char *glob, *path; bool match; } rows[] = {
		{ "a", "a", true }, { "a", "a/b/c", true }, { "a", "ab", false }, { "a/", "a/b", true },
		{ "./a", "a", true }, { "a/b", "a", false }, { "*.c", "x.c", true },
		{ "*.c", "d/x.c", false }, { "*", "d/x.c", true }, { "d/*", "d/x/y", true },
		{ "**/*.c", "x.c", true }, { "**/*.c", "a/b/x.c", true }, { "**/*.c", "a/x.h", false },
		{ "a/**/z", "a/z", true }, { "a/**/z", "a/b/c/z", true }, { "a/**/z", "b/z", false },
		{ "a/**", "a/b", true }, { "**", "anything/at/all", true },
		{ "**/b/**/d", "a/b/c/b/d", true }, { "**/b/d", "b/b/d", true },
		{ "a?c", "abc", true }, { "a?c", "a\303\244c", true }, { "a?c", "ac", false },
		{ "[a-c]x", "bx", true }, { "[!a-c]x", "bx", false }, { "[!a-c]x", "\303\244x", true },
		{ "[\303\240-\303\257]", "\303\244", true }, { "[\303\240-\303\257]", "\303\266", false },
		{ "\303\244.txt", "\303\266.txt", false }, { "[]]", "]", true }, { "[a", "[a", true },
		{ "\\*", "*", true }, { "\\*", "a", false }, { "*a*b*c", "xaybzc", true },
		{ "*a*b*c", "xaybz", false }, { ".github", ".github/workflows/x", true },
		{ "**/CLAUDE.md", "CLAUDE.md", true }, { "\377", "\377", true }, { "?", "\377", true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (glob_match(rows[i].glob, rows[i].path) != rows[i].match)
			fail_msg("%s and %s", rows[i].glob, rows[i].path);
}

static void
a_path_is_allowed_and_not_forbidden(void **state)
{
	struct item item = { 0 };

	(void)state;
	assert_null(audit_path(&item, "x"));
	strings_add(&item.allowed_paths, "src");
	assert_null(audit_path(&item, "src/x"));
	assert_non_null(audit_path(&item, "doc/x"));
	strings_add(&item.forbidden_paths, "src/gen");
	assert_non_null(audit_path(&item, "src/gen/x"));
	assert_null(audit_path(&item, "src/x"));
	strings_free(&item.allowed_paths);
	strings_free(&item.forbidden_paths);
}

static void
a_link_may_stay_in_the_tree(void **state)
{
	(void)state;
	assert_false(audit_link_leaves("a", "b"));
	assert_false(audit_link_leaves("d/a", "../b"));
	assert_false(audit_link_leaves("d/a", ".././/b/"));
	assert_true(audit_link_leaves("d/e/a", "../../b/../c"));	/* b may be a link to a directory further up */
	assert_true(audit_link_leaves("d/e/a", "b/../.."));
	assert_true(audit_link_leaves("a", "../b"));
	assert_true(audit_link_leaves("d/a", "../../b"));
	assert_true(audit_link_leaves("d/a", "../../d/a"));
	assert_true(audit_link_leaves("a", "/etc"));
	assert_true(audit_link_leaves("a", "b/../../c"));
	assert_false(audit_link_leaves("a", "..b"));
	assert_true(audit_link_leaves("a", ".git"));
	assert_true(audit_link_leaves("d/a", "../.GIT/config"));
	assert_false(audit_link_leaves("a", ".github/x"));
}

static bool
same_config(const char *a, const char *b)
{
	char *pa = audit_config(a), *pb = audit_config(b);
	bool same = strcmp(pa, pb) == 0;

	free(pa);
	free(pb);
	return same;
}

static void
what_git_notes_of_branches_is_no_change_of_configuration(void **state)
{
	static const char was[] = "[core]\n\tbare = false\n";

	(void)state;
	assert_true(same_config(was, "[core]\n\tbare = false\n[branch \"a\"]\n\tremote = o\n"));
	assert_true(same_config(was, "[branch \"a\"]\n\tmerge = x\n[core]\n\tbare = false\n"));
	assert_false(same_config(was, "[core]\n\tbare = false\n\tfsmonitor = x\n"));
	assert_false(same_config(was, "[core]\n\tbare = false\n[branch \"a\"]\n  [core] fsmonitor = x\n"));
	assert_false(same_config(was, "[core]\n\tbare = false\n[branch]\n\tx = y\n"));
	/* for git the second line names the editor */
	assert_false(same_config("[core]\n\teditor = x\n",
	    "[core]\n\teditor = x\\\n[branch \"a\"]\n\tfsmonitor = evil\n"));
}

static void
what_differs_is_named(void **state)
{
	struct git_repo repo = { .hexlen = 40 };
	struct git g = { .repo = &repo };
	struct audit a = { 0 };
	char err[GIT_ERR];

	(void)state;
	assert_int_equal(audit_repository(&g,
	    "branch gone x\nbranch main x\nbranch session/o/1 x\nbranch session/i/1 x\n"
	    "config config 1\nhead HEAD ref: refs/heads/main\nhook a 1\nhook b 1\n",
	    "branch main y\nbranch new x\nbranch session/o/1 y\nbranch session/i/1 y\n"
	    "config config 2\nhead HEAD ref: refs/heads/new\nhook b 2\nhook c d 1\n",
	    "session/i/1", "b", "b", &a, err, sizeof(err)), 0);
	assert_int_equal(a.breaches.n, 4);
	assert_string_equal(a.breaches.v[0], "config of the repository: was changed");
	assert_string_equal(a.breaches.v[1], "hooks/a of the repository: was removed");
	assert_string_equal(a.breaches.v[2], "hooks/b of the repository: was changed");
	assert_string_equal(a.breaches.v[3], "hooks/c of the repository: was added");
	assert_int_equal(a.notices.n, 4);
	assert_string_equal(a.notices.v[0], "branch gone: was removed");
	assert_string_equal(a.notices.v[1], "branch main: was changed");
	assert_string_equal(a.notices.v[2], "the main checkout is on another branch");
	assert_string_equal(a.notices.v[3], "branch new: was added");
	audit_free(&a);
}

static void
a_sentence_has_room_for_some(void **state)
{
	struct strings list = { 0 };
	char buf[64];

	(void)state;
	strings_add(&list, "a: x");
	strings_add(&list, "b: y");
	audit_text(&list, buf, sizeof(buf));
	assert_string_equal(buf, "a: x, b: y");
	for (int i = 0; i < 9; i++)
		strings_add(&list, "c: and more than there is room for");
	audit_text(&list, buf, sizeof(buf));
	assert_string_equal(buf, "a: x, b: y and 9 more in review.json");
	strings_free(&list);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_glob_matches_a_path),
		cmocka_unit_test(a_path_is_allowed_and_not_forbidden),
		cmocka_unit_test(a_link_may_stay_in_the_tree),
		cmocka_unit_test(what_git_notes_of_branches_is_no_change_of_configuration),
		cmocka_unit_test(what_differs_is_named),
		cmocka_unit_test(a_sentence_has_room_for_some),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
