/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/stat.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "proto/sys/cgroup.h"
#include "proto/sys/child.h"
#include "tests/unit/scratch.h"

#define SPEC(...)	{ .argv = (const char *const[]){ __VA_ARGS__, NULL }, .in = -1, .out = -1, \
	.err = -1 }
#define V1	"31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755\n" \
	"32 31 0:29 / /sys/fs/cgroup/cpu rw,relatime - cgroup cgroup rw,cpu\n"
#define HYBRID	V1 "41 31 0:38 / /sys/fs/cgroup/unified rw,relatime shared:4 - cgroup2 cgroup2 rw\n"
#define UNIFIED	"30 24 0:26 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n"

static struct cgroup_place place;
static char why[4096 * 3];

static const char *
own(const char *mountinfo, const char *self)
{
	memset(&place, 0, sizeof(place));
	why[0] = '\0';
	return cgroup_locate(mountinfo, self, &place, why, sizeof(why)) == 0 ? place.own : why;
}

static void
the_group_is_found_where_it_is_mounted(void **state)
{
	(void)state;
	assert_string_equal(own(UNIFIED, "0::/user.slice/a b.scope\n"),
	    "/sys/fs/cgroup/user.slice/a b.scope");
	assert_string_equal(place.mount, "/sys/fs/cgroup");
	assert_string_equal(own(UNIFIED, "0::/"), "/sys/fs/cgroup");
	assert_string_equal(own(HYBRID, "8:pids:/x\n1:name=systemd:/0::/y\n0::/z\n"),
	    "/sys/fs/cgroup/unified/z");
	/* a container sees its part of the tree under the outer name */
	assert_string_equal(own("1 2 0:3 /docker/c1 /cg rw - cgroup2 cgroup rw\n",
	    "0::/docker/c1/sub\n"), "/cg/sub");
	assert_string_equal(own("1 2 0:3 /docker/c1 /cg rw - cgroup2 cgroup rw\n",
	    "0::/docker/c1\n"), "/cg");
	assert_string_equal(own("1 2 0:3 / /a\\040b\\134c rw - cgroup2 x rw", "0::/d\n"),
	    "/a b\\c/d");
	/* the first mount that contains it */
	assert_string_equal(own("1 2 0:3 /other /no rw - cgroup2 x rw\n" UNIFIED, "0::/d\n"),
	    "/sys/fs/cgroup/d");
}

static void
where_there_is_none_the_reason_is_told(void **state)
{
	(void)state;
	assert_string_equal(own("", "0::/\n"), "no cgroups of version 2 are mounted");
	assert_string_equal(own(V1, "0::/\n"), "no cgroups of version 2 are mounted");
	assert_string_equal(own("1 2 0:3 / /x rw - tmpfs cgroup2 rw\n", "0::/\n"),
	    "no cgroups of version 2 are mounted");
	assert_string_equal(own(UNIFIED, "1:name=systemd:/\n"),
	    "this process is in no cgroup of version 2");
	assert_string_equal(own(UNIFIED, ""), "this process is in no cgroup of version 2");
	assert_string_equal(own("1 2 0:3 /docker/c1 /cg rw - cgroup2 x rw\n", "0::/docker/c10\n"),
	    "the cgroup of this process, /docker/c10, is not below the cgroup mounted on /cg");
	assert_string_equal(own(UNIFIED, "0::/../x\n"),
	    "the cgroup of this process, /../x, is not below the cgroup mounted on /sys/fs/cgroup");
}

static void
names_hold_their_maker(void **state)
{
	(void)state;
	assert_int_equal(cgroup_maker("orchestrator-session-a.1-abc123.fe-1a.17"), 17);
	assert_int_equal(cgroup_maker("orchestrator-doctor.2147483647"), 2147483647);
	assert_int_equal(cgroup_maker("orchestrator-doctor.2147483648"), 0);
	assert_int_equal(cgroup_maker("orchestrator-doctor.0"), 0);
	assert_int_equal(cgroup_maker("orchestrator-doctor.-1"), 0);
	assert_int_equal(cgroup_maker("orchestrator-doctor.1x"), 0);
	assert_int_equal(cgroup_maker("orchestrator-doctor."), 0);
	assert_int_equal(cgroup_maker("orchestrator-17"), 0);
	assert_int_equal(cgroup_maker("xorchestrator-a.17"), 0);
	assert_int_equal(cgroup_maker(""), 0);
}

static void
what_is_no_group_is_not_used(void **state)
{
	struct cgroup g;
	char cwd[PATH_MAX];

	(void)state;
	assert_non_null(getcwd(cwd, sizeof(cwd)));
	assert_int_equal(cgroup_make(&g, cwd, CGROUP_NAME "x.", why, sizeof(why)), -1);
	assert_non_null(strstr(why, "have no cgroup.kill"));
	assert_int_equal(g.fd, -1);
	assert_int_equal(cgroup_end(&g), 0);
	assert_int_equal(rmdir(cwd), 0);	/* it has left nothing behind */
	assert_int_equal(cgroup_make(&g, cwd, CGROUP_NAME "x.", why, sizeof(why)), -1);
	assert_non_null(strstr(why, "No such file"));
	assert_int_equal(cgroup_make(&g, cwd, CGROUP_NAME "x.", NULL, 0), -1);
	assert_int_equal(mkdir(cwd, 0700), 0);
}

/* A group for this test below this process's group; all others are made in it. */
static bool
begin(struct cgroup *top, char *dir, size_t len)
{
	if (cgroup_here(&place, why, sizeof(why)) == -1 ||
	    cgroup_make(top, place.own, "test-cgroup.", why, sizeof(why)) == -1) {
		print_message("%s\n", why);
		return false;
	}
	snprintf(dir, len, "%s/%s", place.own, top->name);
	return true;
}

/* Adds a process and its daemon, which has left everything, and a group below with another process. */
static void
fill(const struct cgroup *g, const char *dir)
{
	char deep[PATH_MAX + 600];
	struct child_spec spec = SPEC("sh", "-c",
	    "setsid env -i /bin/sh -c 'trap \"\" TERM HUP; echo $$ >a; exec /bin/sleep 300' & "
	    "mkdir \"$1\"; sh -c 'echo $$ >b; echo 0 >\"$1\"/cgroup.procs; exec sleep 300' sh \"$1\" & "
	    "echo $$ >c; exec sleep 300", "sh", deep);

	snprintf(deep, sizeof(deep), "%s/%s/deep", dir, g->name);
	spec.grouped = true;
	spec.cgroup = g->fd;
	assert_true(child_start(&spec, NULL) > 0);
	WAIT_FOR(alive("a") && alive("b") && alive("c"));
}

static bool
is_there(const char *dir, const char *name)
{
	char path[2 * PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return access(path, F_OK) == 0;
}

static void
all_that_was_born_in_it_ends_with_it(void **state)
{
	char dir[PATH_MAX + 300];
	struct cgroup top, g;

	(void)state;
	if (!begin(&top, dir, sizeof(dir)))
		skip();
	assert_int_equal(cgroup_make(&g, dir, CGROUP_NAME "x.", why, sizeof(why)), 0);
	fill(&g, dir);
	assert_int_equal(cgroup_end(&g), 0);
	while (waitpid(-1, NULL, 0) > 0)
		continue;
	assert_false(alive("a") || alive("b") || alive("c"));
	assert_false(is_there(dir, g.name));
	assert_int_equal(cgroup_end(&g), 0);
	assert_int_equal(cgroup_end(&top), 0);
}

static void
who_comes_later_finds_the_groups_by_name(void **state)
{
	char dir[PATH_MAX + 300], below[PATH_MAX + 600];
	struct cgroup top, between, g, other;

	(void)state;
	if (!begin(&top, dir, sizeof(dir)))
		skip();
	assert_int_equal(cgroup_make(&between, dir, "between.", why, sizeof(why)), 0);
	snprintf(below, sizeof(below), "%s/%s", dir, between.name);
	assert_int_equal(cgroup_make(&g, below, CGROUP_NAME "x.1-2.", why, sizeof(why)), 0);
	assert_int_equal(cgroup_make(&other, below, CGROUP_NAME "x.1-23.", why, sizeof(why)), 0);
	fill(&g, below);
	cgroup_sweep(dir);		/* its maker lives */
	assert_int_equal(cgroup_end_all(dir, CGROUP_NAME "x.1-."), 0);
	assert_true(alive("a") && alive("b") && alive("c"));
	assert_true(cgroup_end_all(dir, CGROUP_NAME "x.1-2.") >= 2);
	while (waitpid(-1, NULL, 0) > 0)
		continue;
	assert_false(alive("a") || alive("b") || alive("c"));
	assert_false(is_there(below, g.name));
	assert_true(is_there(below, other.name));
	assert_int_equal(cgroup_end(&g), 0);
	assert_int_equal(cgroup_end(&other), 0);
	assert_int_equal(cgroup_end(&between), 0);
	assert_int_equal(cgroup_end(&top), 0);
}

static void
groups_whose_maker_is_gone_are_swept(void **state)
{
	struct child_spec spec = SPEC("true");
	char dir[PATH_MAX + 300], name[100];
	struct cgroup top;
	pid_t pid;
	int n;

	(void)state;
	if (!begin(&top, dir, sizeof(dir)))
		skip();
	pid = child_start(&spec, NULL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	n = snprintf(name, sizeof(name), CGROUP_NAME "x.1-2.%ld", (long)pid);
	assert_int_equal(mkdirat(top.fd, name, 0755), 0);
	snprintf(name + n, sizeof(name) - (size_t)n, "/deep");
	assert_int_equal(mkdirat(top.fd, name, 0755), 0);
	snprintf(name, sizeof(name), "other.%ld", (long)pid);
	assert_int_equal(mkdirat(top.fd, name, 0755), 0);
	cgroup_sweep(dir);
	assert_true(is_there(dir, name));
	assert_int_equal(unlinkat(top.fd, name, AT_REMOVEDIR), 0);
	/* a remaining group would keep its parent */
	assert_int_equal(cgroup_end(&top), 0);
	assert_false(is_there(place.own, top.name));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_group_is_found_where_it_is_mounted),
		cmocka_unit_test(where_there_is_none_the_reason_is_told),
		cmocka_unit_test(names_hold_their_maker),
		SCRATCH_TEST(what_is_no_group_is_not_used),
		SCRATCH_TEST(all_that_was_born_in_it_ends_with_it),
		SCRATCH_TEST(who_comes_later_finds_the_groups_by_name),
		SCRATCH_TEST(groups_whose_maker_is_gone_are_swept),
	};

	if (proc_adopt() == -1)
		return 1;
	return cmocka_run_group_tests_name("cgroup", tests, NULL, NULL);
}
