/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/wait.h>

#include "proto/base/log.h"
#include "proto/git/git_internal.h"
#include "proto/record/state.h"
#include "tests/unit/repo.h"

static void
a_repository_is_found_from_any_directory_inside(void **state)
{
	struct git_repo r;
	char *top;

	(void)state;
	repo_make(&r, "");
	git_repo_release(&r);
	OK(git_repo_open(&r, "r/dir", ERR));
	top = realpath("r", NULL);
	assert_string_equal(r.top, top);
	assert_int_equal(r.hexlen, 40);
	assert_true(r.author_fallback);
	assert_string_equal(r.author_email, "orchestrator@localhost");
	free(top);
	git_repo_release(&r);
	sh("git -C r config user.name 'A \"B\"' && git -C r config user.email a@b");
	OK(git_repo_open(&r, "r", ERR));
	assert_string_equal(r.author_name, "A \"B\"");
	git_repo_release(&r);
}

static void
what_is_no_repository_is_refused_with_a_reason(void **state)
{
	struct git_repo r;

	(void)state;
	sh("mkdir none && git init -q empty && git init -q odd && "
	    "git -C odd config extensions.refstorage reftable && "
	    "git -C odd config core.repositoryformatversion 1");
	setenv("GIT_CEILING_DIRECTORIES", "/tmp", 1);
	assert_int_equal(git_repo_open(&r, "none", ERR), -1);
	assert_non_null(strstr(err, "not a git repository; run this inside one"));
	assert_int_equal(git_repo_open(&r, "empty", ERR), -1);
	assert_non_null(strstr(err, "no commit yet"));
	assert_int_equal(git_repo_open(&r, "odd", ERR), -1);
	assert_non_null(strstr(err, "refstorage"));
	assert_int_equal(git_repo_open(&r, "missing", ERR), -1);
}

static void
names_that_git_could_misread_are_refused(void **state)
{
	static const char *const bad[] = { "--strategy=evil", "main", "refs/heads/--strategy=evil",
		"refs/heads/a..b", "refs/heads/a b", "refs/heads/x.lock", "refs/heads/", "refs/heads/a\nb",
		"refs/heads/.a", "refs/heads/a@{1}", "refs/heads/a*" };
	struct git_repo r;
	struct git g;
	struct state_conflict *list;
	char oid[OID_MAX];
	const char *head;
	size_t i, n;

	(void)state;
	repo_make(&r, "");
	safe_make(&g, &r, NULL);
	head = sh_out("git -C r rev-parse HEAD");
	assert_true(git_ref_valid("refs/heads/session/bd-auth.1/1"));
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_false(git_ref_valid(bad[i]));
		assert_int_equal(git_ref_move(&r, bad[i], head, "", "m", ERR), -1);
		assert_int_equal(git_merge_tree(&g, head, bad[i], oid, &list, &n, ERR), -1);
		assert_int_equal(git_tree_of(&g, bad[i], oid, ERR), -1);
		assert_int_equal(git_checkout(&g, bad[i], ERR), -1);
		assert_int_equal(git_import(&g, r.objects, head, NULL, bad[i], ERR), -1);
		assert_int_equal(git_commit_tree(&g, bad[i], NULL, 0, "m", oid, ERR), -1);
	}
	git_repo_release(&r);
}

static void
a_reference_moves_only_from_where_it_is_thought_to_be(void **state)
{
	struct git_repo r;
	char oid[OID_MAX], first[OID_MAX], second[OID_MAX];

	(void)state;
	repo_make(&r, "");
	strlcpy(first, sh_out("git -C r rev-parse HEAD"), sizeof(first));
	sh("cd r && echo more >>a && git commit -qam second");
	strlcpy(second, sh_out("git -C r rev-parse HEAD"), sizeof(second));
	OK(git_ref_move(&r, "refs/heads/session/i/1", first, "", "made", ERR));
	assert_int_equal(git_ref_move(&r, "refs/heads/session/i/1", first, "", "made", ERR), -1);
	assert_int_equal(errno, EAGAIN);
	assert_int_equal(git_ref_move(&r, "refs/heads/session/i/1", first, second, "m", ERR), -1);
	assert_int_equal(errno, EAGAIN);
	assert_non_null(strstr(err, "moved meanwhile"));
	assert_int_equal(git_ref_move(&r, "refs/heads/session/i/2", "HEAD", "", "m", ERR), -1);
	assert_int_equal(git_ref_move(&r, "refs/heads/session/i/1", "", "HEAD", "m", ERR), -1);
	OK(git_ref_move(&r, "refs/heads/session/i/1", second, first, "m", ERR));
	sh("git -C r pack-refs --all");
	OK(git_ref_read(&r, "refs/heads/session/i/1", oid, ERR));
	assert_string_equal(oid, second);
	OK(git_ref_move(&r, "refs/heads/session/i/1", "", second, "m", ERR));
	OK(git_ref_read(&r, "refs/heads/session/i/1", oid, ERR));
	assert_string_equal(oid, "");
	git_repo_release(&r);
}

static void
what_is_planted_in_a_safe_directory_goes(void **state)
{
	static const char *const planted[] = { "hooks", "commondir", "config.worktree", "shallow",
		"info/attributes", "info/grafts" };
	char dir[512], path[64], *before, *after;
	struct git_repo r;
	size_t len;

	repo_make(&r, "");
	snprintf(dir, sizeof(dir), "%s/s", (const char *)*state);
	OK(git_safe_make(&r, dir, ERR));
	assert_int_equal(file_read(AT_FDCWD, "s/config", 4096, &before, &len), 0);
	for (size_t i = 0; i < sizeof(planted) / sizeof(planted[0]); i++) {
		snprintf(path, sizeof(path), "s/%s", planted[i]);
		assert_int_equal(file_replace(AT_FDCWD, path, "x", 1, 0), 0);
	}
	sh("git config -f s/config core.fsmonitor /evil");
	OK(git_safe_make(&r, dir, ERR));
	for (size_t i = 0; i < sizeof(planted) / sizeof(planted[0]); i++) {
		snprintf(path, sizeof(path), "s/%s", planted[i]);
		if (access(path, F_OK) == 0)
			fail_msg("%s is left", path);
	}
	assert_int_equal(file_read(AT_FDCWD, "s/config", 4096, &after, &len), 0);
	assert_string_equal(after, before);
	assert_int_equal(mkfifo("s/fifo", 0600), 0);
	assert_int_equal(git_small_read(AT_FDCWD, "s/fifo", true, path, sizeof(path)), -1);
	assert_int_equal(errno, EINVAL);
	free(before);
	free(after);
	git_repo_release(&r);
}

static void
check_whole_way(const char *options)
{
	struct git_repo r;
	struct git g;
	char base[OID_MAX], oid[OID_MAX], tree[OID_MAX], same[OID_MAX], *cwd = getcwd(NULL, 0);
	char path[4200], git[4200], objects[4200], branch[300], trash[4200], *text;
	struct git_change *c;
	size_t n;

	repo_make(&r, options);
	safe_make(&g, &r, "w");
	snprintf(path, sizeof(path), "%s/w", cwd);
	snprintf(git, sizeof(git), "%s/git", cwd);
	snprintf(objects, sizeof(objects), "%s/git/objects", cwd);
	snprintf(trash, sizeof(trash), "%s/trash", cwd);
	strlcpy(base, sh_out("git -C r rev-parse HEAD"), sizeof(base));
	OK(git_worktree_add(&r, path, "session/i/1", base, ERR));
	sh("git -C r worktree list | grep -q 'w .*session/i/1'");
	OK(git_private_make(&r, git, "session/i/1", base, NULL, ERR));
	OK(git_worktree_link(path, git, ERR));
	OK(git_checkout(&g, base, ERR));
	sh("cp safe/index git/index && cd w && test -x x && test -L link && "
	    "test -z \"$(git status --porcelain)\" && git -C ../r worktree prune");
	OK(git_tree_of(&g, base, tree, ERR));
	OK(git_tree_of_worktree(&g, same, ERR));
	assert_string_equal(tree, same);
	sh("cd w && echo three >c && rm a && mkdir a && echo f >a/f && echo junk >z.o && "
	    "git add -A && git commit -qm work && rm link && echo file >link");
	OK(git_private_head(&r, git, oid, ERR));
	sh("mkdir victim && echo precious >victim/1 && rm -r git/refs/heads/session git/info && "
	    "ln -s ../../../victim git/refs/heads/session && ln -s ../victim git/info && "
	    "rm git/HEAD && mkdir git/HEAD && touch git/HEAD.lock");
	OK(git_private_make(&r, git, "session/i/1", base, NULL, ERR));
	OK(git_private_head(&r, git, same, ERR));
	assert_string_equal(same, base);
	OK(git_private_make(&r, git, "session/i/1", oid, NULL, ERR));
	sh("test \"$(cat victim/*)\" = precious && git -C w log -1 --format=%s | grep -qx work");
	OK(git_import(&g, objects, base, NULL, oid, ERR));
	OK(git_import(&g, objects, base, NULL, oid, ERR));
	assert_true(git_is_ancestor(&g, base, oid));
	assert_false(git_is_ancestor(&g, oid, base));
	OK(git_ref_move(&r, "refs/heads/session/i/1", oid, base, "work", ERR));
	sh("git -C r fsck --strict && git -C r log -1 session/i/1");
	OK(git_tree_of_worktree(&g, tree, ERR));
	OK(git_diff(&g, oid, tree, &c, &n, ERR));
	assert_int_equal(n, 1);
	assert_string_equal(c[0].path, "link");
	assert_int_equal(c[0].status, 'T');
	git_changes_free(c, n);
	OK(git_checkout(&g, oid, ERR));
	OK(git_tree_of(&g, oid, same, ERR));
	OK(git_tree_of_worktree(&g, tree, ERR));
	assert_string_equal(tree, same);
	OK(git_diff_text(&g, base, oid, 1u << 20, &text, ERR));
	assert_non_null(strstr(text, "+three"));
	free(text);
	OK(git_diff_text(&g, base, oid, 20, &text, ERR));
	assert_non_null(strstr(text, "cut here"));
	free(text);
	OK(git_log_text(&g, base, oid, 1u << 20, &text, ERR));
	assert_non_null(strstr(text, "work"));
	free(text);
	strlcpy(branch, "refs/heads/session/i/1", sizeof(branch));
	OK(git_worktree_unlink(&r, path, ERR));
	sh("test -z \"$(git -C w status --porcelain)\"");
	OK(git_worktree_remove(&r, path, trash, ERR));
	OK(git_worktree_remove(&r, path, trash, ERR));
	sh("test -d trash && ! test -e w && test $(git -C r worktree list | wc -l) = 1");
	git_repo_release(&r);
	free(cwd);
}

static void
a_session_goes_its_way_from_worktree_to_branch(void **state)
{
	(void)state;
	check_whole_way("");
}

static void
a_sha256_repository_goes_the_same_way(void **state)
{
	(void)state;
	check_whole_way("--object-format=sha256");
}

static void
many_worktrees_are_added_at_once(void **state)
{
	struct git_repo r;
	char base[OID_MAX], path[4200], branch[64], *cwd = getcwd(NULL, 0);
	int i, status, bad = 0;

	(void)state;
	repo_make(&r, "");
	strlcpy(base, sh_out("git -C r rev-parse HEAD"), sizeof(base));
	for (i = 0; i < 20; i++)
		if (fork() == 0) {
			snprintf(path, sizeof(path), "%s/w/%d/x", cwd, i);
			snprintf(branch, sizeof(branch), "session/%d/1", i);
			_exit(git_worktree_add(&r, path, branch, base, NULL, 0) == -1);
		}
	for (i = 0; i < 20; i++)
		if (wait(&status) == -1 || status != 0)
			bad++;
	assert_int_equal(bad, 0);
	sh("test $(git -C r worktree list | wc -l) = 21");
	git_repo_release(&r);
	free(cwd);
}

static int left_out;

static void
nest_is_left_out(const char *line)
{
	assert_non_null(strstr(line, "/sub/nest can't be saved and is left out"));
	left_out++;
}

static void
a_nested_repository_is_named_and_salvage_leaves_nothing_of_the_index(void **state)
{
	struct git_repo r;
	struct git g;
	char base[OID_MAX], tree[OID_MAX];
	bool saved;

	(void)state;
	repo_make(&r, "");
	safe_make(&g, &r, "w");
	strlcpy(base, sh_out("git -C r rev-parse HEAD"), sizeof(base));
	sh("mkdir w");
	OK(git_checkout(&g, base, ERR));
	OK(git_salvage(&g, "session-i-abcdef", base, &saved, ERR));
	assert_false(saved);
	sh("cd w && echo new >new && git init -q sub/nest && cp ../safe/index ../before");
	assert_int_equal(git_tree_of_worktree(&g, tree, ERR), -1);
	assert_non_null(strstr(err, "nested git repository at sub/nest"));
	log_to(nest_is_left_out);
	OK(git_salvage(&g, "session-i-abcdef", base, &saved, ERR));
	assert_true(saved);
	sh("cmp safe/index before && git -C r show refs/salvage/session-i-abcdef:new");
	sh("echo again >w/new");
	OK(git_salvage(&g, "session-i-abcdef", base, &saved, ERR));
	sh("test $(git -C r rev-list --count refs/salvage/session-i-abcdef) = 3");
	OK(git_salvage(&g, "session-i-abcdef", base, &saved, ERR));
	sh("test $(git -C r rev-list --count refs/salvage/session-i-abcdef) = 3");
	log_to(NULL);
	assert_int_equal(left_out, 3);
	git_repo_release(&r);
}

static void
expect_conflict(struct git *g, const char *prepare, const char *path, const char *kind)
{
	struct state_conflict *list;
	char tree[OID_MAX], ours[OID_MAX], theirs[OID_MAX], *cmd;
	size_t i, n;
	bool found = false;

	assert_true(asprintf(&cmd, "cd r && git checkout -qf -B main start && git branch -f side "
	    "start && %s && git commit -qam ours && git checkout -qf side", prepare) != -1);
	sh(cmd);
	free(cmd);
	assert_true(asprintf(&cmd, "cd r && sh ../theirs && git add -A && git commit -qm theirs") != -1);
	sh(cmd);
	free(cmd);
	strlcpy(ours, sh_out("git -C r rev-parse main"), sizeof(ours));
	strlcpy(theirs, sh_out("git -C r rev-parse side"), sizeof(theirs));
	assert_int_equal(git_merge_tree(g, ours, theirs, tree, &list, &n, ERR), 1);
	for (i = 0; i < n; i++) {
		found = found || (strcmp(list[i].path, path) == 0 &&
		    strcmp(list[i].kind, kind) == 0);
		free(list[i].path);
		free(list[i].kind);
	}
	free(list);
	if (!found)
		fail_msg("no %s of kind %s", path, kind);
}

static void
conflicts_are_told_with_path_and_kind(void **state)
{
	struct git_repo r;
	struct git g;
	struct state_conflict *list;
	char tree[OID_MAX], head[OID_MAX];
	size_t n;

	(void)state;
	repo_make(&r, "");
	safe_make(&g, &r, NULL);
	sh("git -C r branch start");
	sh("echo 'echo theirs >a' >theirs");
	expect_conflict(&g, "echo ours >a", "a", "contents");
	sh("echo 'echo theirs >n' >theirs");
	expect_conflict(&g, "echo ours >n && git add n", "n", "add/add");
	sh("echo 'rm a' >theirs");
	expect_conflict(&g, "echo ours >a", "a", "modify/delete");
	sh("echo 'git mv dir/b dir/theirs' >theirs");
	expect_conflict(&g, "git mv dir/b dir/ours", "dir/b", "rename/rename");
	strlcpy(head, sh_out("git -C r rev-parse main"), sizeof(head));
	assert_int_equal(git_merge_tree(&g, head, "1234567890123456789012345678901234567890", tree,
	    &list, &n, ERR), -1);
	git_repo_release(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SCRATCH_TEST(a_repository_is_found_from_any_directory_inside),
		SCRATCH_TEST(what_is_no_repository_is_refused_with_a_reason),
		SCRATCH_TEST(names_that_git_could_misread_are_refused),
		SCRATCH_TEST(a_reference_moves_only_from_where_it_is_thought_to_be),
		SCRATCH_TEST(what_is_planted_in_a_safe_directory_goes),
		SCRATCH_TEST(a_session_goes_its_way_from_worktree_to_branch),
		SCRATCH_TEST(a_sha256_repository_goes_the_same_way),
		SCRATCH_TEST(many_worktrees_are_added_at_once),
		SCRATCH_TEST(a_nested_repository_is_named_and_salvage_leaves_nothing_of_the_index),
		SCRATCH_TEST(conflicts_are_told_with_path_and_kind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
