/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proto/git/git_internal.h"
#include "tests/unit/repo.h"

static char inside[4200], outside[4200];

/* "in" and "out" of a repository with this configuration, on its first commit. */
static void
make_both(struct git_repo *r, const char *config, const char *target)
{
	char *cmd, *cwd = getcwd(NULL, 0);
	const char *base;

	snprintf(inside, sizeof(inside), "%s/in", cwd);
	snprintf(outside, sizeof(outside), "%s/out", cwd);
	free(cwd);
	repo_make(r, "");
	git_repo_release(r);
	assert_true(asprintf(&cmd, "cd r && %s", config) != -1);
	sh(cmd);
	free(cmd);
	OK(git_repo_open(r, "r", ERR));
	base = sh_out("git -C r rev-parse HEAD");
	OK(git_private_make(r, inside, "session/i/1", base, target, ERR));
	OK(git_outside_make(r, outside, "session/i/1", base, target, ERR));
}

static void
a_url_is_written_without_what_signs_in(void **state)
{
	static const char *const urls[][2] = {
		{ "https://user:pass@example.org/x.git", "https://example.org/x.git" },
		{ "https://ghp_token@example.org/x.git?private_token=1", "https://example.org/x.git" },
		{ "https://a@b:c@example.org:8443/x@y", "https://example.org:8443/x@y" },
		{ "HTTPS://u@example.org", "HTTPS://example.org" },
		{ "ssh://git:pass@example.org/x.git", "ssh://git@example.org/x.git" },
		{ "ssh://git@example.org:22/x:y.git", "ssh://git@example.org:22/x:y.git" },
		{ "ssh://example.org:22/x.git", "ssh://example.org:22/x.git" },
		{ "git@example.org:x/y.git", "git@example.org:x/y.git" },
		{ "codecommit::https://u:p@example.org/x", "codecommit::https://example.org/x" },
		{ "/srv/a@b:c/x.git", "/srv/a@b:c/x.git" }, { "", "" }, { "https://", "https://" },
	};
	char *plain;

	(void)state;
	for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
		plain = git_url_plain(urls[i][0]);
		assert_string_equal(plain, urls[i][1]);
		free(plain);
	}
}

static void
inside_git_has_tags_the_target_and_remotes_without_credentials(void **state)
{
	struct git_repo r;

	(void)state;
	make_both(&r, "git tag light && git tag -a -m m packed && git pack-refs --all && git tag -a -m m v1 && "
	    "git branch other && git update-ref refs/remotes/origin/main HEAD && "
	    "git update-ref refs/remotes/origin/other HEAD && "
	    "git config remote.origin.url https://user:secret@example.org/x.git && "
	    "git config remote.origin.proxy http://secret.example.org && git config remote.near.url ../near.git && "
	    "git config lfs.https://user:secret@example.org/x.git/info/lfs.locksverify true && "
	    "git config lfs.storage /srv/lfs && "
	    "git config filter.strip.clean 'sed \"s/\\\\.$//\" | cat' && git config http.extraheader 'A: secret' && "
	    "git config core.sharedRepository group && git config core.hooksPath /evil && "
	    "git config commit.gpgsign true", "main");
	sh("cd in && ! grep -q 'secret\\|evil\\|srv/lfs' config && test \"$(git config remote.origin.url)\" = https://example.org/x.git &&"
	    "test \"$(git config filter.strip.clean)\" = 'sed \"s/\\\\.$//\" | cat' &&"
	    "test \"$(git config remote.near.url)\" = \"$(cd .. && pwd)/r/../near.git\" &&"
	    "test \"$(git config lfs.https://example.org/x.git/info/lfs.locksverify)\" = true &&"
	    "test \"$(git config core.sharedrepository)\" = group && test \"$(git config commit.gpgsign)\" = false");
	sh("! grep -q 'secret\\|evil\\|remote\\|filter' out/config");
	for (size_t i = 0; i < 2; i++)
		sh(i == 0 ? "git --git-dir=in for-each-ref >refs && git --git-dir=in describe --match 'v*' | grep -qx v1"
		    : "git --git-dir=out for-each-ref | cmp - refs");
	assert_string_equal(sh_out("sed 's/.*\t//' refs | tr '\\n' ' '"), "refs/heads/main refs/heads/session/i/1 "
	    "refs/remotes/origin/main refs/tags/light refs/tags/packed refs/tags/v1 ");
	sh("! git -C r for-each-ref | grep -v 'other$\\|session' | grep -vxFf refs");
	git_repo_release(&r);
}

static void
what_is_planted_outside_goes_and_what_a_run_keeps_stays(void **state)
{
	static const char *const planted[] = { "hooks/post-checkout", "commondir", "config.worktree", "info/attributes",
		"info/grafts" };
	struct git_repo r;
	char path[64];

	(void)state;
	make_both(&r, "true", NULL);
	sh("cp out/config before");
	for (size_t i = 0; i < sizeof(planted) / sizeof(planted[0]); i++) {
		snprintf(path, sizeof(path), "mkdir -p out/hooks && echo x >out/%s", planted[i]);
		sh(path);
	}
	sh("git config -f out/config core.fsmonitor /evil; echo /evil >>out/objects/info/alternates;"
	    "git config -f in/config user.name Agent; echo x >out/refs/heads/session/i/1.lock");
	OK(git_outside_make(&r, outside, "session/i/1", sh_out("git -C r rev-parse HEAD"), NULL, ERR));
	OK(git_private_make(&r, inside, "session/i/1", sh_out("git -C r rev-parse HEAD"), NULL, ERR));
	for (size_t i = 0; i < sizeof(planted) / sizeof(planted[0]); i++) {
		snprintf(path, sizeof(path), "out/%s", planted[i]);
		if (access(path, F_OK) == 0)
			fail_msg("%s is left", path);
	}
	sh("cmp out/config before && ! grep evil out/objects/info/alternates && grep -q Agent in/config &&"
	    "test -e out/refs/heads/session/i/1.lock");
	sh("rm -r out && mkdir victim && ln -s victim out");
	OK(git_outside_make(&r, outside, "session/i/1", sh_out("git -C r rev-parse HEAD"), NULL, ERR));
	sh("test -z \"$(ls victim)\" && cmp out/config before");
	git_repo_release(&r);
}

static void
a_submodule_is_marked_in_the_index_outside(void **state)
{
	struct git_repo r;
	struct git g;

	(void)state;
	make_both(&r, "git update-index --add --cacheinfo 160000,$(git rev-parse HEAD),sub && git commit -qm sub", NULL);
	sh("mkdir w");
	safe_make(&g, &r, "w");
	OK(git_index_at(&g, sh_out("git -C r rev-parse HEAD"), ERR));
	OK(git_index_give(&g, inside, false, ERR));
	OK(git_index_give(&g, outside, true, ERR));
	sh("test \"$(git --git-dir=out ls-files -v | grep sub)\" = 'S sub' &&"
	    "test \"$(git --git-dir=in ls-files -v | grep sub)\" = 'H sub' &&"
	    "test \"$(git --git-dir=out ls-files -v | grep -c ^H)\" = 5");
	git_repo_release(&r);
}

static void
references_that_an_agent_wrote_are_listed_without_following_links(void **state)
{
	struct git_refs refs;
	struct git_repo r;
	int fd;

	(void)state;
	make_both(&r, "true", NULL);
	sh("cd in && git branch b && git branch c && git pack-refs --all && git branch -f b $(git commit-tree -m x HEAD^{tree}) &&"
	    "git update-ref refs/heads/d/e HEAD && ln -s ../../../r/.git/refs/heads refs/heads/f && ln -s /etc/passwd refs/heads/g &&"
	    "mkfifo refs/heads/h && echo junk >refs/heads/i");
	fd = file_open_dir(AT_FDCWD, "in");
	OK(git_refs_list(fd, "refs/heads/", r.hexlen, true, &refs, ERR));
	assert_int_equal(refs.n, 4);
	assert_string_equal(refs.v[0].name, "refs/heads/b");
	assert_string_equal(refs.v[0].oid, sh_out("git --git-dir=in rev-parse b"));
	assert_string_equal(refs.v[1].name, "refs/heads/d/e");
	git_refs_free(&refs);
	sh("rm in/packed-refs && mkfifo in/packed-refs && rm -r in/refs/heads && ln -s ../../r/.git/refs/heads in/refs/heads");
	OK(git_refs_list(fd, "refs/heads/", r.hexlen, true, &refs, ERR));
	assert_int_equal(refs.n, 0);
	close(fd);
	git_repo_release(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SCRATCH_TEST(a_url_is_written_without_what_signs_in),
		SCRATCH_TEST(inside_git_has_tags_the_target_and_remotes_without_credentials),
		SCRATCH_TEST(what_is_planted_outside_goes_and_what_a_run_keeps_stays),
		SCRATCH_TEST(a_submodule_is_marked_in_the_index_outside),
		SCRATCH_TEST(references_that_an_agent_wrote_are_listed_without_following_links),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
