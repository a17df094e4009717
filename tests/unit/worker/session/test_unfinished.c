/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "worker/session/unfinished.h"

static void
says(const struct unfinished *u, const char *expected)
{
	char text[600] = "";

	assert_int_equal(unfinished_text(u, text, sizeof(text)), expected != NULL);
	if (expected != NULL)
		assert_string_equal(text, expected);
}

static void
each_kind_of_unfinished_work_is_one_sentence_that_says_what_to_do(void **state)
{
	(void)state;
	says(&(struct unfinished){ 0 }, NULL);
	says(&(struct unfinished){ .file = "MERGE_HEAD", .unmerged = "f", .branch = "b" },
	    "a merge is not finished in the worktree: resolve its conflicts and commit, or git merge --abort");
	says(&(struct unfinished){ .file = "rebase-merge" },
	    "a rebase is not finished in the worktree: git rebase --continue, or git rebase --abort");
	says(&(struct unfinished){ .unmerged = "f", .branch = "b", .commits = 1 },
	    "f has conflicts that are not resolved: resolve them, then git add it");
	says(&(struct unfinished){ .branch = "stash", .commits = 2 },
	    "work is left in the stash: git stash pop and commit it, or git stash drop");
	says(&(struct unfinished){ .branch = "x/y", .commits = 2 },
	    "branch x/y has 2 commits that HEAD lacks: merge it, or delete it");
	says(&(struct unfinished){ .branch = "x", .commits = 1 },
	    "branch x has 1 commit that HEAD lacks: merge it, or delete it");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_kind_of_unfinished_work_is_one_sentence_that_says_what_to_do),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
