/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/wait.h>

#include <poll.h>

#include "orchestrator/merge/merge.h"
#include "proto/base/log.h"
#include "proto/record/config.h"
#include "proto/record/item.h"
#include "proto/record/review.h"
#include "proto/record/state.h"
#include "proto/sys/child.h"
#include "proto/sys/lock.h"
#include "tests/unit/repo.h"

#define ID		"session-i-abcdef"
#define SESSION		"ws/inst/isolated-sessions/" ID
#define ARCHIVED	"ws/inst/archive/" ID

struct scene {
	struct git_repo	 r;
	char		 cwd[4096], workspace[4200], session[4300], archive[4300], worker[4200];
	char		 base[OID_MAX], head[OID_MAX];
	struct merge_request req;
};

static void
quiet(const char *line)
{
	(void)line;
}

static void
put(const char *path, char *text)
{
	assert_int_equal(file_replace(AT_FDCWD, path, text, strlen(text), 0), 0);
	free(text);
}

static void
save_state(struct scene *s, struct state *st)
{
	int fd = file_open_dir(AT_FDCWD, s->session);

	assert_int_equal(state_save(fd, st, false), 0);
	close(fd);
}

static void
load_state(const char *dir, struct state *st)
{
	int fd = file_open_dir(AT_FDCWD, dir);

	memset(st, 0, sizeof(*st));
	assert_int_not_equal(fd, -1);
	if (state_load(fd, st, ERR) == -1)
		fail_msg("%s", err);
	close(fd);
}

/* Writes the records of an approved session. */
static void
records_make(struct scene *s, bool gates)
{
	struct state st = { .status = STATUS_APPROVED, .step = STEP_END, .attempt = 1 };
	struct review rv = { .verdict = VERDICT_APPROVED };
	struct item item = { .priority = 2 };
	struct config cfg = { .attempt = 1 };
	char worktree[4200], target[] = "main", branch[] = "session/i/1", config[400];
	size_t len;

	snprintf(worktree, sizeof(worktree), "%s/r/.worktrees/i", s->cwd);
	strlcpy(st.session, ID, sizeof(st.session));
	strlcpy(st.item, "i", sizeof(st.item));
	strlcpy(st.base, s->base, sizeof(st.base));
	strlcpy(st.head, s->head, sizeof(st.head));
	st.branch = branch;
	st.worktree = worktree;
	put(SESSION "/state.json", state_text(&st, &len));
	strlcpy(rv.session, ID, sizeof(rv.session));
	strlcpy(rv.item, "i", sizeof(rv.item));
	strlcpy(rv.mode, "gates", sizeof(rv.mode));
	strlcpy(rv.decided_by, "gates", sizeof(rv.decided_by));
	strlcpy(rv.base, s->base, sizeof(rv.base));
	strlcpy(rv.commit, s->head, sizeof(rv.commit));
	put(SESSION "/review.json", review_text(&rv, &len));
	settings_default(&cfg.settings);
	cfg.settings.on_conflict = cfg.settings.on_gate = CONFLICT_FAIL;
	snprintf(config, sizeof(config), "{\"gates\": [%s]}", gates ? "\"true\"" : "");
	OK(settings_apply(&cfg.settings, "test", config, strlen(config), ERR));
	strlcpy(cfg.session, ID, sizeof(cfg.session));
	strlcpy(cfg.item, "i", sizeof(cfg.item));
	strlcpy(cfg.base, s->base, sizeof(cfg.base));
	cfg.repository = s->r.common;
	cfg.worktree = worktree;
	cfg.branch = branch;
	cfg.target = target;
	put(SESSION "/config.json", config_text(&cfg, &len));
	strlcpy(item.id, "i", sizeof(item.id));
	put(SESSION "/item.json", item_text(&item, &len));
	settings_release(&cfg.settings);
	sh("printf 'What was done\\n\\nmore\\n' >" SESSION "/summary.md");
}

static void
scene_make(struct scene *s, const char *work, const char *ours, bool gates)
{
	char *cmd;

	memset(s, 0, sizeof(*s));
	log_to(quiet);
	assert_non_null(getcwd(s->cwd, sizeof(s->cwd)));
	repo_make(&s->r, "");
	assert_true(asprintf(&cmd, "mkdir -p " SESSION " && cd r && "
	    "echo /.worktrees/ >>.git/info/exclude && git worktree add -q -b session/i/1 "
	    ".worktrees/i && cd .worktrees/i && %s && git add -A && git commit -qm work && "
	    "cd ../.. && %s", work, ours) != -1);
	sh(cmd);
	free(cmd);
	strlcpy(s->base, sh_out("git -C r merge-base main session/i/1"), sizeof(s->base));
	strlcpy(s->head, sh_out("git -C r rev-parse session/i/1"), sizeof(s->head));
	snprintf(s->workspace, sizeof(s->workspace), "%s/ws", s->cwd);
	snprintf(s->session, sizeof(s->session), "%s/" SESSION, s->cwd);
	snprintf(s->archive, sizeof(s->archive), "%s/ws/inst/archive", s->cwd);
	snprintf(s->worker, sizeof(s->worker), "%s/worker", s->cwd);
	records_make(s, gates);
	s->req.repo = &s->r;
	s->req.workspace = s->workspace;
	s->req.session_path = s->session;
	s->req.archive_dir = s->archive;
	s->req.worker = s->worker;
}

static void
expect(struct scene *s, enum merge_outcome want)
{
	enum merge_outcome got = merge_session(&s->req, ERR);

	if (got != want)
		fail_msg("outcome %d instead of %d: %s", got, want, err);
}

static void
expect_merged(struct scene *s)
{
	struct state st;

	WAIT_FOR(access("r/.worktrees/.trash-" ID, F_OK) == -1);
	sh("cd r && test \"$(git log -1 --format=%s main)\" = 'Merge i: What was done' && "
	    "test $(git rev-list --merges --count main) = 1 && "
	    "test -z \"$(git status --porcelain)\" && ! git rev-parse --verify -q session/i/1 && "
	    "! test -e .git/index.lock && ! test -e .worktrees/i && "
	    "test $(git worktree list | wc -l) = 1 && git fsck --strict");
	load_state(ARCHIVED, &st);
	assert_int_equal(st.status, STATUS_MERGED);
	assert_string_equal(st.merged, sh_out("git -C r rev-parse main"));
	assert_string_equal(st.merging.target, "");
	state_release(&st);
	expect(s, MERGE_NOTHING);
	git_repo_release(&s->r);
}

static void
an_approved_session_is_merged_and_put_away(void **state)
{
	struct scene s;

	(void)state;
	scene_make(&s, "echo w >w && rm a", "echo o >o && git add o && git commit -qm o", false);
	expect(&s, MERGE_MERGED);
	expect_merged(&s);
}

static void
a_conflict_changes_nothing_and_is_listed(void **state)
{
	struct scene s;
	struct state st;

	(void)state;
	scene_make(&s, "echo w >a", "echo o >a && git commit -qam o", false);
	expect(&s, MERGE_CONFLICT);
	sh("cd r && test \"$(git log -1 --format=%s main)\" = o && git rev-parse session/i/1");
	load_state(SESSION, &st);
	assert_int_equal(st.status, STATUS_CONFLICT);
	assert_int_equal(st.nconflicts, 1);
	assert_string_equal(st.conflicts[0].path, "a");
	assert_string_equal(st.conflicts[0].kind, "contents");
	state_release(&st);
	expect(&s, MERGE_NOT_APPROVED);
	git_repo_release(&s.r);
}

static void
a_local_change_in_the_way_leaves_it_approved(void **state)
{
	struct scene s;

	(void)state;
	scene_make(&s, "echo w >a", "echo mine >a", false);
	expect(&s, MERGE_BLOCKED);
	assert_non_null(strstr(err, "a has local changes"));
	sh("cd r && test \"$(cat a)\" = mine && ! test -e .git/index.lock && "
	    "test $(git rev-list --count main) = 1 && git checkout -q a && touch .git/index.lock");
	expect(&s, MERGE_BLOCKED);
	assert_non_null(strstr(err, "index.lock"));
	sh("rm r/.git/index.lock");
	expect(&s, MERGE_MERGED);
	expect_merged(&s);
}

static int
hold_the_session(void *arg)
{
	(void)arg;
	return lock_take(AT_FDCWD, SESSION "/worker.lock", "worker", true) == -1 ||
	    file_replace(AT_FDCWD, "held", "", 0, 0) == -1 || pause();
}

static void
what_is_held_or_not_approved_is_not_merged(void **state)
{
	struct scene s;
	pid_t pid;

	(void)state;
	scene_make(&s, "echo w >w", "true", false);
	assert_true((pid = child_call(hold_the_session, NULL)) > 0);
	WAIT_FOR(access("held", F_OK) == 0);
	expect(&s, MERGE_BUSY);
	assert_int_equal(kill(pid, SIGKILL) == 0 ? waitpid(pid, NULL, 0) : -1, pid);
	sh("cp " SESSION "/review.json kept; sed -i 's/\"approved\"/\"rejected\"/' " SESSION "/review.json");
	expect(&s, MERGE_NOT_APPROVED);
	sh("cp kept " SESSION "/review.json; sed -i 's/\"status\": *\"approved\"/\"status\": \"failed\"/' " SESSION "/state.json");
	expect(&s, MERGE_NOT_APPROVED);
	git_repo_release(&s.r);
}

static void
only_the_judged_commit_is_merged(void **state)
{
	struct scene s;

	(void)state;
	scene_make(&s, "echo w >w", "git -C .worktrees/i commit -q --allow-empty -m later", false);
	sh("git -C r branch -f saved session/i/1");
	strlcpy(s.head, s.base, sizeof(s.head));
	records_make(&s, false);
	expect(&s, MERGE_NOT_APPROVED);
	sh("test $(git -C r rev-list --count main) = 1");
	git_repo_release(&s.r);
}

static void
gates_run_on_a_merged_tree_that_is_new(void **state)
{
	struct scene s;
	struct state st;

	(void)state;
	scene_make(&s, "echo w >w", "echo o >o && git add o && git commit -qm o", true);
	sh("printf '#!/bin/sh\\ntest $1 = gates && git -C r cat-file -e $3:w && git -C r cat-file -e $3:o && test -d $2 && "
	    "echo [] && exit $(cat %s/code)\\n' \"$PWD\" >worker && chmod +x worker && "
	    "echo 3 >code");
	expect(&s, MERGE_ERROR);
	sh("echo 0 >code && ! test -e ws/inst/merge-" ID);
	load_state(SESSION, &st);
	assert_int_equal(st.status, STATUS_APPROVED);
	save_state(&s, &st);
	state_release(&st);
	sh("echo 1 >code && cp -r ws ws.before");
	expect(&s, MERGE_CONFLICT);
	load_state(SESSION, &st);
	assert_int_equal(st.status, STATUS_CONFLICT);
	assert_string_equal(st.reason, "gate");
	state_release(&st);
	sh("git -C r rev-parse session/i/1 && rm -r ws && mv ws.before ws && echo 0 >code");
	expect(&s, MERGE_MERGED);
	expect_merged(&s);
}

/* Imitates a kill: a merge was computed, and state.json records it. */
static void
interrupt(struct scene *s, const char *how)
{
	struct state st;
	char *cmd, path[4200];

	assert_true(asprintf(&cmd, "cd r && t=$(git merge-tree --write-tree main session/i/1) && "
	    "git update-ref refs/test/new $(git commit-tree $t -p main -p session/i/1 "
	    "-m 'Merge i: What was done')") != -1);
	sh(cmd);
	free(cmd);
	load_state(SESSION, &st);
	strlcpy(st.merging.target, "refs/heads/main", sizeof(st.merging.target));
	strlcpy(st.merging.old, sh_out("git -C r rev-parse main"), OID_MAX);
	strlcpy(st.merging.new, sh_out("git -C r rev-parse refs/test/new"), OID_MAX);
	snprintf(path, sizeof(path), "%s/r", s->cwd);
	strings_add(&st.merging.checkouts, path);
	save_state(s, &st);
	state_release(&st);
	sh("printf 'orchestrator " ID "' >r/.git/index.lock");
	sh(how);
	sh("git -C r update-ref -d refs/test/new");
}

/* Waits until a merge has removed its files in the background: the next scene uses the same names. */
static void
settle(void)
{
	for (int i = 0; i < 500 && system("test -z \"$(find r/.worktrees -mindepth 1 -maxdepth 2 "
	    "-name '.*-session-*' 2>/dev/null)\"") != 0; i++)
		(void)poll(NULL, 0, 20);
}

static void
a_merge_that_was_killed_is_completed_or_begun_again(void **state)
{
	static const char *const moments[] = {
		"true",				/* recorded and locked, but not moved */
		"rm r/.git/index.lock",
		"git -C r update-ref refs/heads/main refs/test/new",
		"cd r && git update-ref refs/heads/main refs/test/new && echo w >w",
		"cd r && git update-ref refs/heads/main refs/test/new && rm a && : >w",
		"cd r && rm .git/index.lock && git update-ref refs/heads/main refs/test/new && "
		    "git reset -q --hard && printf 'orchestrator " ID "' >.git/index.lock",
	};
	struct scene s;

	(void)state;
	for (size_t i = 0; i < sizeof(moments) / sizeof(moments[0]); i++) {
		settle();
		sh("rm -rf r ws");
		scene_make(&s, "echo w >w && rm a", "echo o >o && git add o && git commit -qm o",
		    false);
		interrupt(&s, moments[i]);
		expect(&s, MERGE_MERGED);
		expect_merged(&s);
	}
}

static void
what_is_merged_but_not_put_away_is_put_away(void **state)
{
	static const char *const moments[] = {
		"true",
		("mv r/.worktrees/i r/.worktrees/.trash-" ID),
		"rm -r r/.worktrees/i && git -C r worktree prune",
		"rm -r r/.worktrees/i && git -C r worktree prune && git -C r branch -D session/i/1",
	};
	struct scene s;
	struct state st;

	(void)state;
	for (size_t i = 0; i < sizeof(moments) / sizeof(moments[0]); i++) {
		settle();
		sh("rm -rf r ws");
		scene_make(&s, "echo w >w", "git merge -q --no-ff -m 'Merge i: What was done' "
		    "session/i/1", false);
		load_state(SESSION, &st);
		assert_int_equal(state_enter(&st, STATUS_MERGED, NULL, NULL), 0);
		strlcpy(st.merged, sh_out("git -C r rev-parse main"), OID_MAX);
		save_state(&s, &st);
		state_release(&st);
		sh(moments[i]);
		expect(&s, MERGE_MERGED);
		expect_merged(&s);
	}
}

static void
work_in_the_worktree_that_was_not_judged_is_named_or_saved(void **state)
{
	struct scene s;

	(void)state;
	scene_make(&s, "echo w >w", "echo late >.worktrees/i/late", false);
	expect(&s, MERGE_UNJUDGED);
	s.req.leave = true;
	expect(&s, MERGE_MERGED);
	expect_merged(&s);
	sh("git -C r show refs/salvage/" ID ":late");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SCRATCH_TEST(an_approved_session_is_merged_and_put_away),
		SCRATCH_TEST(a_conflict_changes_nothing_and_is_listed),
		SCRATCH_TEST(a_local_change_in_the_way_leaves_it_approved),
		SCRATCH_TEST(what_is_held_or_not_approved_is_not_merged),
		SCRATCH_TEST(only_the_judged_commit_is_merged),
		SCRATCH_TEST(gates_run_on_a_merged_tree_that_is_new),
		SCRATCH_TEST(a_merge_that_was_killed_is_completed_or_begun_again),
		SCRATCH_TEST(what_is_merged_but_not_put_away_is_put_away),
		SCRATCH_TEST(work_in_the_worktree_that_was_not_judged_is_named_or_saved),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
