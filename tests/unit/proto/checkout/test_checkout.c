/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proto/checkout/checkout.h"
#include "tests/unit/repo.h"

/* main is checked out in r at "old"; "new" changes a, removes dir/b, adds n/new. */
struct scene {
	struct git_repo	 r;
	struct git	 g;
	char		 old[OID_MAX], new[OID_MAX];
	struct git_change *c;
	size_t		 n, nco;
	struct checkout	*co;
};

static void
scene_make(struct scene *s, const char *more)
{
	char *cmd;

	memset(s, 0, sizeof(*s));
	repo_make(&s->r, "");
	assert_true(asprintf(&cmd, "cd r && %s && git checkout -qb side && echo changed >>a && "
	    "git rm -q dir/b && mkdir -p n && echo new >n/new && git add -A && git commit -qm new && "
	    "git branch new && git checkout -q main && git branch -D side", more) != -1);
	sh(cmd);
	free(cmd);
	git_repo_release(&s->r);
	OK(git_repo_open(&s->r, "r", ERR));
	safe_make(&s->g, &s->r, NULL);
	strlcpy(s->old, sh_out("git -C r rev-parse main"), sizeof(s->old));
	strlcpy(s->new, sh_out("git -C r rev-parse new"), sizeof(s->new));
	OK(git_diff(&s->g, s->old, s->new, &s->c, &s->n, ERR));
	assert_int_equal(s->n, 3);
	OK(checkout_find(&s->r, "refs/heads/main", &s->co, &s->nco, ERR));
	assert_int_equal(s->nco, 1);
}

static void
scene_free(struct scene *s)
{
	checkout_free(s->co, s->nco);
	git_changes_free(s->c, s->n);
	git_repo_release(&s->r);
}

static int
check(struct scene *s)
{
	return checkout_check(&s->g, s->co, s->old, s->new, s->c, s->n, ERR);
}

static void
move(struct scene *s)
{
	OK(git_ref_move(&s->r, "refs/heads/main", s->new, s->old, "m", ERR));
}

static int
apply(struct scene *s)
{
	return checkout_apply(&s->g, s->co, "session-i-abcdef", s->old, s->new, s->c, s->n, ERR);
}

static void
a_clean_checkout_follows_and_may_follow_twice(void **state)
{
	struct scene s;

	(void)state;
	scene_make(&s, "true");
	OK(check(&s));
	OK(checkout_lock(s.co, "session-i-abcdef", ERR));
	OK(checkout_lock(s.co, "session-i-abcdef", ERR));
	assert_false(sh_ok("cd r && echo x >a && git commit -qam x"));
	sh("cd r && echo one >a && touch -d 2001-01-01 a");	/* the old contents, but new times */
	assert_int_equal(checkout_lock(s.co, "session-j-abcdef", ERR), -1);
	move(&s);
	OK(apply(&s));
	OK(apply(&s));
	assert_int_equal(checkout_unlock(s.co, "session-j-abcdef", err, sizeof(err)), 0);
	sh("test -e r/.git/index.lock");
	assert_int_equal(checkout_unlock(s.co, "session-i-abcdef", err, sizeof(err)), 0);
	sh("cd r && ! test -e .git/index.lock && test -z \"$(git status --porcelain)\" && "
	    "test -e n/new && ! test -e dir/b && test $(ls .git | grep -c index) = 1");
	scene_free(&s);
}

static void
changes_elsewhere_stay_as_they_are_staged_or_not(void **state)
{
	struct scene s;

	(void)state;
	scene_make(&s, "true");
	sh("cd r && echo mine >>x && echo staged >s && git add s && echo loose >u && "
	    "git status --porcelain >../before && cat x s u >../bytes");
	OK(check(&s));
	move(&s);
	OK(apply(&s));
	sh("cd r && git status --porcelain >../after && cat x s u | cmp - ../bytes && "
	    "cmp ../before ../after");
	scene_free(&s);
}

static void
refuses(struct scene *s, const char *prepare, const char *reason, const char *undo)
{
	sh(prepare);
	if (check(s) != -1)
		fail_msg("not refused: %s", prepare);
	if (strstr(err, reason) == NULL)
		fail_msg("%s: not \"%s\"", err, reason);
	sh(undo);
	OK(check(s));
}

static void
what_is_in_the_way_is_named(void **state)
{
	struct scene s;

	(void)state;
	scene_make(&s, "true");
	refuses(&s, "echo mine >>r/a", "a has local changes", "echo one >r/a");
	refuses(&s, "cd r && echo mine >>a && git add a", "a has local changes",
	    "cd r && git reset -q --hard");
	refuses(&s, "cd r && rm a", "a has local changes", "cd r && git reset -q --hard");
	refuses(&s, "chmod +x r/a", "a has local changes", "chmod -x r/a");
	refuses(&s, "mkdir r/n && echo new >r/n/new", "n/new is in the way", "rm -r r/n");
	refuses(&s, "mkdir r/n && : >r/n/new", "n/new is in the way", "rm -r r/n");
	refuses(&s, "echo n >>r/.git/info/exclude; mkdir r/n; echo mine >r/n/new",
	    "n/new is in the way", "rm -r r/n");
	refuses(&s, "echo file >r/n", "n/new is in the way", "rm r/n");
	refuses(&s, "mkdir -p r/n/new && echo x >r/n/new/mine", "n/new is in the way", "rm -r r/n");
	refuses(&s, "ln -s /tmp r/n", "n/new is in the way", "rm r/n");
	refuses(&s, "touch r/.git/MERGE_HEAD", "a merge is in progress", "rm r/.git/MERGE_HEAD");
	refuses(&s, "mkdir r/.git/rebase-merge", "a rebase", "rmdir r/.git/rebase-merge");
	refuses(&s, "cd r && git sparse-checkout set dir", "sparse", "cd r && git sparse-checkout "
	    "disable");
	refuses(&s, "echo '* filter=lfs' >r/.gitattributes", "filter", "rm r/.gitattributes");
	refuses(&s, "echo 'a ident' >r/.gitattributes", "ident", "rm r/.gitattributes");
	refuses(&s, "echo 'a eol=crlf' >r/.gitattributes", "eol", "rm r/.gitattributes");
	refuses(&s, "cd r && git update-index --split-index", "split index", "cd r && "
	    "git update-index --no-split-index && rm .git/sharedindex.*");
	sh("echo '* text=auto' >r/.gitattributes");
	OK(check(&s));
	scene_free(&s);
}

/* Changes "new": make runs where it is checked out. */
static void
new_is(struct scene *s, const char *make)
{
	char *cmd;

	assert_true(asprintf(&cmd, "cd r && git checkout -q new && %s && git add -A && "
	    "git commit -qm again && git checkout -q main && git read-tree -u --reset main", make) != -1);
	sh(cmd);
	free(cmd);
	strlcpy(s->new, sh_out("git -C r rev-parse new"), sizeof(s->new));
	git_changes_free(s->c, s->n);
	OK(git_diff(&s->g, s->old, s->new, &s->c, &s->n, ERR));
}

static void
a_file_that_becomes_a_directory_is_followed_but_not_over_the_users(void **state)
{
	struct scene s;

	(void)state;
	scene_make(&s, "true");
	new_is(&s, "git rm -qr n && mv a b && mkdir a && mv b a/b && mkdir -p dir/b && echo x >dir/b/c");
	OK(check(&s));
	sh("echo mine >>r/a");
	assert_int_equal(check(&s), -1);
	sh("echo one >r/a");
	move(&s);
	OK(apply(&s));
	sh("test -f r/a/b && test -z \"$(git -C r status --porcelain)\"");
	scene_free(&s);
}

static void
a_directory_that_its_user_made_a_link_is_left_to_git_to_judge(void **state)
{
	struct scene s;

	(void)state;
	scene_make(&s, "true");
	new_is(&s, "mkdir -p dir/deep && echo deep >dir/deep/file");
	sh("mv r/dir theirs && echo mine >>theirs/b && ln -s ../theirs r/dir");
	assert_int_equal(check(&s), -1);
	assert_non_null(strstr(err, "dir/b"));
	sh("rm r/dir && echo two >theirs/b && mv theirs r/dir");
	OK(check(&s));
	scene_free(&s);
}

static void
attributes_that_come_along_convert_nothing(void **state)
{
	static const char *const converts[] = { "filter=lfs", "ident", "eol=crlf",
		"working-tree-encoding=UTF-16" };
	struct scene s;
	char *cmd;
	size_t i;

	(void)state;
	scene_make(&s, "true");
	for (i = 0; i < sizeof(converts) / sizeof(converts[0]); i++) {
		assert_true(asprintf(&cmd, "mkdir -p deep && echo '*.txt %s' >%s.gitattributes",
		    converts[i], i % 2 == 0 ? "" : "deep/") != -1);
		new_is(&s, cmd);
		free(cmd);
		assert_int_equal(check(&s), -1);
		assert_non_null(strstr(err, ".gitattributes changes the attribute"));
		new_is(&s, "rm -rf deep .gitattributes");
		OK(check(&s));
	}
	new_is(&s, "echo '* text=auto eol=lf' >.gitattributes");
	OK(check(&s));
	scene_free(&s);
}

static void
index_versions_are_all_read(void **state)
{
	struct scene s;

	(void)state;
	scene_make(&s, "true");
	sh("cd r && git update-index --index-version 4 && touch a");
	OK(check(&s));
	refuses(&s, "echo mine >>r/a", "a has local changes", "echo one >r/a");
	sh("cd r && git update-index --index-version 2 && git add -N x && touch i && git add -N i");
	refuses(&s, "echo mine >>r/a", "a has local changes", "echo one >r/a");
	scene_free(&s);
}

static void
a_half_applied_change_is_completed(void **state)
{
	static const char *const halves[] = {
		"cd r && (echo one; echo changed) >a",
		"cd r && rm a && printf 'on' >a",
		"cd r && rm -r dir && mkdir n",
		"cd r && mkdir n && printf ne >n/new",
		"cd r && mkdir n && echo new >n/new && rm dir/b && rm a && : >a",
	};
	struct scene s;
	size_t i;

	(void)state;
	scene_make(&s, "true");
	move(&s);
	for (i = 0; i < sizeof(halves) / sizeof(halves[0]); i++) {
		sh("cd r && git read-tree -u --reset main~1 && rm -rf n && git status");
		sh(halves[i]);
		OK(apply(&s));
		sh("test -z \"$(git -C r status --porcelain)\"");
	}
	sh("cd r && git read-tree -u --reset main~1 && echo mine >>a && cp a ../mine");
	assert_int_equal(apply(&s), -1);
	assert_non_null(strstr(err, "a has local changes"));
	sh("cmp r/a mine");
	scene_free(&s);
}

static void
a_rebase_of_the_branch_counts_as_its_checkout(void **state)
{
	struct git_repo r;
	struct checkout *co;
	size_t n;

	(void)state;
	repo_make(&r, "");
	sh("cd r && git branch other && git worktree add -q ../linked other && "
	    "git checkout -q --detach && mkdir .git/rebase-merge && "
	    "echo refs/heads/main >.git/rebase-merge/head-name");
	OK(checkout_find(&r, "refs/heads/main", &co, &n, ERR));
	assert_int_equal(n, 1);
	checkout_free(co, n);
	OK(checkout_find(&r, "refs/heads/other", &co, &n, ERR));
	assert_int_equal(n, 1);
	assert_non_null(strstr(co[0].path, "/linked"));
	checkout_free(co, n);
	git_repo_release(&r);
}

static void
a_cone_holds_its_directories_and_the_files_of_their_parents(void **state)
{
	static const char cone[] = "/*\n!/*/\n/a/\n!/a/*/\n/a/b/\n/x\\*y/\n";
	static const struct { const char *path; enum cone is; } cases[] = {
		{ "file", CONE_HOLDS }, { "a/file", CONE_HOLDS }, { "a/b/c/file", CONE_HOLDS }, { "a/bc/file", CONE_LACKS },
		{ "a/c/file", CONE_LACKS }, { "ab/file", CONE_LACKS }, { "x*y/z/file", CONE_HOLDS }, { "xay/file", CONE_LACKS },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(checkout_cone(cone, cases[i].path), cases[i].is);
	assert_int_equal(checkout_cone("/*\n!/*/\n", "a/file"), CONE_LACKS);
	assert_int_equal(checkout_cone("/*\n!/*/\n/a/", "a/file"), CONE_HOLDS);
	assert_int_equal(checkout_cone("/*\n!/a\n", "file"), CONE_NONE);
	assert_int_equal(checkout_cone("", "file"), CONE_NONE);
	assert_int_equal(checkout_cone("/*\n!/*/\n/a*/\n", "file"), CONE_NONE);
	assert_int_equal(checkout_cone("/*\n!/*/\n/a/\n!/b/*/\n", "file"), CONE_NONE);
	assert_int_equal(checkout_cone("/*\n!/*/\n/a/b/\n/a/b/c.txt\n", "a/b/file"), CONE_NONE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SCRATCH_TEST(a_clean_checkout_follows_and_may_follow_twice),
		SCRATCH_TEST(changes_elsewhere_stay_as_they_are_staged_or_not),
		SCRATCH_TEST(what_is_in_the_way_is_named),
		SCRATCH_TEST(a_file_that_becomes_a_directory_is_followed_but_not_over_the_users),
		SCRATCH_TEST(a_directory_that_its_user_made_a_link_is_left_to_git_to_judge),
		SCRATCH_TEST(attributes_that_come_along_convert_nothing),
		SCRATCH_TEST(index_versions_are_all_read),
		SCRATCH_TEST(a_half_applied_change_is_completed),
		SCRATCH_TEST(a_rebase_of_the_branch_counts_as_its_checkout),
		cmocka_unit_test(a_cone_holds_its_directories_and_the_files_of_their_parents),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
