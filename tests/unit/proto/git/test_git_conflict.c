/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proto/git/git.h"
#include "proto/record/state.h"
#include "tests/unit/repo.h"

struct scene {
	struct git_repo	 r;
	struct git	 g;
	char		 base[OID_MAX], ours[OID_MAX], theirs[OID_MAX], tree[OID_MAX];
	struct state_conflict *list;
	size_t		 n;
};

static void
scene_make(struct scene *s, const char *ours, const char *theirs)
{
	char *cmd;

	memset(s, 0, sizeof(*s));
	repo_make(&s->r, "");
	safe_make(&s->g, &s->r, NULL);
	assert_true(asprintf(&cmd, "cd r && git branch side && %s && git add -A && "
	    "git commit -qm ours && git checkout -qf side && %s && git add -A && "
	    "git commit -qm theirs", ours, theirs) != -1);
	sh(cmd);
	free(cmd);
	strlcpy(s->base, sh_out("git -C r merge-base main side"), sizeof(s->base));
	strlcpy(s->ours, sh_out("git -C r rev-parse main"), sizeof(s->ours));
	strlcpy(s->theirs, sh_out("git -C r rev-parse side"), sizeof(s->theirs));
	assert_int_equal(git_merge_tree(&s->g, s->ours, s->theirs, s->tree, &s->list, &s->n, ERR),
	    1);
}

static void
scene_free(struct scene *s)
{
	struct state st = { .conflicts = s->list, .nconflicts = s->n };

	state_conflicts_free(&st);
	git_repo_release(&s->r);
}

static void
markers_are_found_where_the_merge_left_them(void **state)
{
	struct strings paths = { 0 };
	struct scene s;

	(void)state;
	scene_make(&s, "echo ours >a && printf '<<<<<<< x\\n=======\\n>>>>>>> y\\n' >text",
	    "echo theirs >a && echo other >new");
	OK(git_markers(&s.g, s.tree, s.ours, s.theirs, s.list, s.n, &paths, ERR));
	assert_int_equal(paths.n, 1);
	assert_string_equal(paths.v[0], "a");
	strings_free(&paths);
	/* Neither side's tree has markers, and text that only looks similar is no conflict. */
	OK(git_markers(&s.g, s.ours, s.ours, s.theirs, s.list, s.n, &paths, ERR));
	OK(git_markers(&s.g, s.theirs, s.ours, s.theirs, s.list, s.n, &paths, ERR));
	OK(git_markers(&s.g, s.tree, s.ours, s.theirs, s.list, 0, &paths, ERR));
	assert_int_equal(paths.n, 0);
	assert_int_equal(git_markers(&s.g, "--all", s.ours, s.theirs, s.list, s.n, &paths, ERR),
	    -1);
	assert_int_equal(git_markers(&s.g, s.tree, "x", s.theirs, s.list, s.n, &paths, ERR), -1);
	scene_free(&s);
}

static void
paths_are_names_and_no_patterns(void **state)
{
	struct strings paths = { 0 };
	struct scene s;

	(void)state;
	scene_make(&s, "echo ours >':(glob)*' && echo ours >-e", "echo theirs >':(glob)*' && echo theirs >-e");
	OK(git_markers(&s.g, s.tree, s.ours, s.theirs, s.list, s.n, &paths, ERR));
	assert_int_equal(paths.n, 2);
	assert_string_equal(paths.v[0], "-e");
	assert_string_equal(paths.v[1], ":(glob)*");
	strings_free(&paths);
	scene_free(&s);
}

static void
only_what_changed_the_same_files_is_told_oldest_first(void **state)
{
	struct git_touch *t;
	struct scene s;
	char to[OID_MAX];
	size_t n;

	(void)state;
	scene_make(&s, "echo ours >a", "echo theirs >a");
	sh("cd r && echo x >elsewhere && git add -A && git commit -qm Elsewhere && "
	    "git checkout -q -b work side && echo more >>a && git commit -qam inner && "
	    "git checkout -q side && echo y >>elsewhere && git commit -qam Again 2>/dev/null; "
	    "git checkout -qf side && git merge -q --no-ff -m 'Merge it: Something' work");
	strlcpy(to, sh_out("git -C r rev-parse side"), sizeof(to));
	OK(git_touching(&s.g, s.base, to, s.list, s.n, &t, &n, ERR));
	assert_int_equal(n, 2);
	assert_string_equal(t[0].oid, s.theirs);
	assert_string_equal(t[0].subject, "theirs");
	assert_string_equal(t[1].oid, to);
	assert_string_equal(t[1].subject, "Merge it: Something");
	git_touches_free(t, n);
	OK(git_touching(&s.g, to, to, s.list, s.n, &t, &n, ERR));
	assert_int_equal(n, 0);
	git_touches_free(t, n);
	OK(git_touching(&s.g, s.base, to, s.list, 0, &t, &n, ERR));
	assert_int_equal(n, 4);
	assert_string_equal(t[1].subject, "Elsewhere");
	git_touches_free(t, n);
	assert_int_equal(git_touching(&s.g, "--all", to, s.list, s.n, &t, &n, ERR), -1);
	scene_free(&s);
}

static void
the_messages_of_commits_are_read_alone(void **state)
{
	struct scene s;
	char *text;

	(void)state;
	scene_make(&s, "echo ours >a", "echo theirs >a");
	OK(git_log_messages(&s.g, s.base, s.theirs, 4096, &text, ERR));
	assert_string_equal(text, "theirs\n\n");
	free(text);
	scene_free(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SCRATCH_TEST(markers_are_found_where_the_merge_left_them),
		SCRATCH_TEST(paths_are_names_and_no_patterns),
		SCRATCH_TEST(only_what_changed_the_same_files_is_told_oldest_first),
		SCRATCH_TEST(the_messages_of_commits_are_read_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
