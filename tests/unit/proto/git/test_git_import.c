/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proto/record/state.h"
#include "tests/unit/repo.h"

/* A session's git directory "git" with the worktree "w", and a commit by the agent. */
struct scene {
	struct git_repo	 r;
	struct git	 g;
	char		 base[OID_MAX], oid[OID_MAX];
	char		 git[4200], objects[4200];
};

static void
scene_make(struct scene *s, const char *work)
{
	char *cwd = getcwd(NULL, 0), *cmd, tree[4200];

	repo_make(&s->r, "");
	safe_make(&s->g, &s->r, "w");
	snprintf(s->git, sizeof(s->git), "%s/git", cwd);
	snprintf(s->objects, sizeof(s->objects), "%s/git/objects", cwd);
	snprintf(tree, sizeof(tree), "%s/w", cwd);
	free(cwd);
	strlcpy(s->base, sh_out("git -C r rev-parse HEAD"), sizeof(s->base));
	sh("mkdir w");
	OK(git_private_make(&s->r, s->git, "session/i/1", s->base, NULL, ERR));
	OK(git_worktree_link(tree, s->git, ERR));
	OK(git_checkout(&s->g, s->base, ERR));
	sh("cp safe/index git/index");
	assert_true(asprintf(&cmd, "cd w && %s", work) != -1);
	sh(cmd);
	free(cmd);
	OK(git_private_head(&s->r, s->git, s->oid, ERR));
}

static int
import(struct scene *s)
{
	return git_import(&s->g, s->objects, s->base, NULL, s->oid, ERR);
}

static void
few_and_many_objects_are_imported_whole(void **state)
{
	static const char *const works[] = {
		"echo new >new && git add -A && git commit -qm one",
		"for i in $(seq 150); do echo $i >f$i; done; git add -A && git commit -qm many && "
		    "git gc -q",
	};
	struct scene s;
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		sh("rm -rf r w git safe");
		scene_make(&s, works[i]);
		OK(import(&s));
		OK(import(&s));
		OK(git_ref_move(&s.r, "refs/heads/x", s.oid, "", "m", ERR));
		sh("rm -rf git && git -C r fsck --strict --full && git -C r rev-list --objects refs/heads/x --");
		git_repo_release(&s.r);
	}
}

static void
what_is_not_whole_or_not_ours_is_refused(void **state)
{
	static const struct { const char *work, *spoil, *reason; } bad[] = {
		{ "echo new >new && git add -A && git commit -qm one",
		    "echo /etc >git/objects/info/alternates", "alternates was changed" },
		{ "echo new >new && git add -A && git commit -qm one",
		    "rm git/objects/info/alternates; ln -s /etc/passwd git/objects/info/alternates",
		    "alternates was changed" },
		{ "echo new >new && git add -A && git commit -qm one",
		    "mkfifo git/objects/aa", "other than a file" },
		{ "echo new >new && git add -A && git commit -qm one",
		    "ln -s /tmp git/objects/zz", "other than a file" },
		{ "echo new >new && git add -A && git commit -qm one",
		    "f=$(git -C w rev-parse HEAD:new | sed 's,..,&/,'); rm -f git/objects/$f", "commit" },
		{ "echo new >new && git add -A && git commit -qm one",
		    "f=$(git -C w rev-parse HEAD:new | sed 's,..,&/,'); chmod u+w git/objects/$f; "
		    "echo junk >git/objects/$f", "commit" },
		{ "git checkout -q --orphan o && git commit -qm orphan", "true", "does not descend" },
		{ "git init -q n && git -C n commit -q --allow-empty -m n && git add n && "
		    "git commit -qm nested", "true", "nested git repository at n" },
		{ "git update-index --add --cacheinfo 100644,$(git hash-object -w a),.GIT/config; "
		    "t=$(printf '40000 tree %s\\t.git\\n' $(git write-tree) | sed 's/^40000/040000/' "
		    "| git mktree) && git update-ref HEAD $(git commit-tree $t -p HEAD -m evil)",
		    "true", "strict check" },
		/* enough objects to stay a pack */
		{ "for i in $(seq 120); do echo $i >x$i; done; git add -A; t=$({ git ls-tree "
		    "$(git write-tree); printf '100644 blob %s\t.git\n' $(git hash-object -w a); } "
		    "| git mktree) && git update-ref HEAD $(git commit-tree $t -p HEAD -m evil)",
		    "true", "strict check" },
	};
	struct scene s;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		sh("rm -rf r w git safe");
		scene_make(&s, bad[i].work);
		sh(bad[i].spoil);
		if (import(&s) != -1)
			fail_msg("%zu is not refused", i);
		if (strstr(err, bad[i].reason) == NULL)
			fail_msg("%zu: %s", i, err);
		git_repo_release(&s.r);
	}
}

static void
head_is_read_without_trust(void **state)
{
	static const char *const bad[] = {
		"rm git/HEAD; ln -s /etc/hostname git/HEAD", "rm git/HEAD; mkfifo git/HEAD",
		"rm -f git/HEAD; echo 'ref: ../r/.git/refs/heads/main' >git/HEAD",
		"echo 'ref: refs/heads/../../../r/x' >git/HEAD", "echo zzz >git/HEAD",
		"echo 'ref: refs/heads/none' >git/HEAD",
		"echo 'ref: refs/heads/l' >git/HEAD; ln -s /etc/hostname git/refs/heads/l",
		"echo 'ref: refs/heads/f' >git/HEAD; mkfifo git/refs/heads/f",
		"head -c 100000 /dev/zero >git/HEAD",
	};
	struct scene s;
	char oid[OID_MAX];
	size_t i;

	(void)state;
	scene_make(&s, "echo new >new && git add -A && git commit -qm one && git pack-refs --all");
	OK(git_private_head(&s.r, s.git, oid, ERR));
	sh("cd w && git checkout -q --detach");
	OK(git_private_head(&s.r, s.git, oid, ERR));
	assert_string_equal(oid, s.oid);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		sh(bad[i]);
		if (git_private_head(&s.r, s.git, oid, ERR) != -1)
			fail_msg("accepted: %s", bad[i]);
	}
	git_repo_release(&s.r);
}

/* Everything that git would run, in the repository, in the session and in commits. */
static const char plant[] =
    "m=$PWD/marker; printf '#!/bin/sh\\ntouch %s\\ncat\\n' $m >evil; chmod +x evil; e=$PWD/evil; "
    "for g in r/.git git; do mkdir -p $g/hooks $g/info; for h in pre-commit post-commit "
    "post-checkout post-merge pre-merge-commit post-index-change reference-transaction "
    "post-rewrite update pre-receive commit-msg; do cp evil $g/hooks/$h; done; "
    "git --git-dir=$g config core.fsmonitor $e; git --git-dir=$g config filter.f.clean $e; "
    "git --git-dir=$g config filter.f.smudge $e; git --git-dir=$g config filter.p.process $e; "
    "git --git-dir=$g config merge.m.driver $e; git --git-dir=$g config diff.d.textconv $e; "
    "git --git-dir=$g config diff.d.command $e; git --git-dir=$g config diff.external $e; "
    "git --git-dir=$g config gpg.program $e; git --git-dir=$g config commit.gpgsign true; "
    "git --git-dir=$g config core.pager $e; done; rm -f marker";

static void
nothing_that_is_planted_runs(void **state)
{
	struct scene s;
	struct git_change *c;
	struct state_conflict *list;
	char tree[OID_MAX], oid[OID_MAX], ours[OID_MAX], *text, trash[4200], tip[OID_MAX];
	const char *parents[1];
	bool saved;
	size_t n;

	(void)state;
	scene_make(&s, "echo '* filter=f diff=d merge=m' >.gitattributes && echo new >>a && "
	    "git add -A && git commit -qm one");
	sh("cd r && echo ours >>a && git commit -qam ours");
	strlcpy(ours, sh_out("git -C r rev-parse main"), sizeof(ours));
	sh(plant);
	sh("mkdir -p w/sub && git init -q w/sub/n && git -C w/sub/n config core.fsmonitor "
	    "$PWD/evil");
	git_repo_release(&s.r);
	OK(git_repo_open(&s.r, "r", ERR));
	s.g.objects = s.r.objects;
	OK(import(&s));
	OK(git_checkout(&s.g, s.oid, ERR));
	sh("echo sub >>w/.gitignore; rm w/.git; mkdir w/.git && cp -r git/. w/.git/ && echo /evil >w/.git/commondir; "
	    "echo more >>w/a; rm -f marker");
	OK(git_tree_of_worktree(&s.g, tree, ERR));
	parents[0] = s.oid;
	OK(git_commit_tree(&s.g, tree, parents, 1, "m", oid, ERR));
	OK(git_diff(&s.g, s.base, oid, &c, &n, ERR));
	git_changes_free(c, n);
	OK(git_diff_text(&s.g, s.base, oid, 1u << 20, &text, ERR));
	free(text);
	OK(git_log_text(&s.g, s.base, oid, 1u << 20, &text, ERR));
	free(text);
	assert_int_equal(git_merge_tree(&s.g, ours, oid, tree, &list, &n, ERR), 1);
	while (n-- > 0) {
		free(list[n].path);
		free(list[n].kind);
	}
	free(list);
	OK(git_ref_move(&s.r, "refs/heads/session/i/1", oid, "", "m", ERR));
	OK(git_ref_read(&s.r, "refs/heads/session/i/1", tip, ERR));
	sh("echo late >w/late");
	OK(git_salvage(&s.g, "session-i-abcdef", oid, &saved, ERR));
	assert_true(saved);
	snprintf(trash, sizeof(trash), "%.*s/t", (int)(strlen(s.git) - 4), s.git);
	OK(git_worktree_add(&s.r, trash, "session/j/1", oid, ERR));
	OK(git_worktree_unlink(&s.r, trash, ERR));
	OK(git_ref_move(&s.r, "refs/heads/session/i/1", "", oid, "m", ERR));
	assert_false(sh_ok("test -e marker"));
	/* The plants work: git itself runs them. */
	sh("GIT_CONFIG_GLOBAL=/dev/null git -C r status; test -e marker");
	git_repo_release(&s.r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SCRATCH_TEST(few_and_many_objects_are_imported_whole),
		SCRATCH_TEST(what_is_not_whole_or_not_ours_is_refused),
		SCRATCH_TEST(head_is_read_without_trust),
		SCRATCH_TEST(nothing_that_is_planted_runs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
