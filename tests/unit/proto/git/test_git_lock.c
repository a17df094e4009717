/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/repo.h"

#define LOCK	"r/.git/refs/heads/main.lock"

/* Moves main to its own commit, which clears a lock that no process holds. */
static bool
lock_is_there(const struct git_repo *r)
{
	const char *oid = sh_out("git -C r rev-parse HEAD");

	git_ref_move(r, "refs/heads/main", oid, oid, "m", ERR);
	return access(LOCK, F_OK) == 0;
}

/* Tries more than once: a git of another user also keeps the lock, while it runs. */
static bool
lock_stays(const struct git_repo *r)
{
	int tries = 0;

	while (lock_is_there(r) && ++tries < 5)
		;
	return tries == 5;
}

/* Starts a command that writes its process id into the file pid, and waits for its name. */
static void
begin(const char *command, const char *name)
{
	char *cmd;

	sh(command);
	assert_true(asprintf(&cmd, "grep -qx %s /proc/$(cat pid)/comm", name) != -1);
	WAIT_FOR(sh_ok(cmd));
	free(cmd);
}

static void
end(void)
{
	sh("kill $(cat pid)");
	WAIT_FOR(!sh_ok("grep -q '^State:.[^ZX]' /proc/$(cat pid)/status"));
}

static void
a_lock_that_a_process_could_hold_is_left(void **state)
{
	struct git_repo r;

	(void)state;
	repo_make(&r, "");
	sh("touch " LOCK " && cp $(command -v sleep) git-sleep");
	begin("./git-sleep 60 & echo $! >pid", "git-sleep");
	assert_true(lock_stays(&r));
	end();
	begin("GIT_DIR=$(pwd -P)/r/.git ./git-sleep 60 & echo $! >pid", "git-sleep");
	assert_true(lock_stays(&r));
	end();
	/* not a git, but it has the file open */
	begin("(exec sleep 60) 5<" LOCK " & echo $! >pid", "sleep");
	assert_true(lock_stays(&r));
	end();
	if (geteuid() == 0) {
		assert_int_equal(chown(LOCK, 1, 1), 0);
		assert_true(lock_stays(&r));
		assert_int_equal(chown(LOCK, 0, 0), 0);
	}
	WAIT_FOR(!lock_is_there(&r));
	git_repo_release(&r);
}

static void
a_lock_goes_while_a_git_works_in_another_repository(void **state)
{
	struct git_repo r;

	(void)state;
	repo_make(&r, "");
	sh("cp $(command -v perl) git-perl");
	begin("GIT_DIR=/elsewhere/.git ./git-perl -e 'sleep 60' & echo $! >pid", "git-perl");
	sh("touch " LOCK);
	WAIT_FOR(!lock_is_there(&r));
	end();
	begin("./git-perl -e 'sleep 60' -- --git-dir=/elsewhere/.git & echo $! >pid", "git-perl");
	sh("touch " LOCK);
	WAIT_FOR(!lock_is_there(&r));
	end();
	git_repo_release(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SCRATCH_TEST(a_lock_that_a_process_could_hold_is_left),
		SCRATCH_TEST(a_lock_goes_while_a_git_works_in_another_repository),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
