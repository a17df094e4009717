/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/scratch.h"

#include <sys/resource.h>
#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <signal.h>

#include "proto/base/clock.h"

static int
entries(const char *path)
{
	struct dirent *d;
	DIR *dir = opendir(path);
	int n = 0;

	assert_non_null(dir);
	while ((d = readdir(dir)) != NULL)
		n += strcmp(d->d_name, ".") != 0 && strcmp(d->d_name, "..") != 0;
	closedir(dir);
	return n;
}

static void
check_content(const char *name, const char *content)
{
	char *buf;
	size_t len;

	assert_int_equal(file_read(AT_FDCWD, name, 100, &buf, &len), 0);
	assert_string_equal(buf, content);
	assert_int_equal(len, strlen(content));
	free(buf);
}

static void
a_file_is_replaced_whole(void **state)
{
	(void)state;
	assert_int_equal(file_replace(AT_FDCWD, "f", "one", 3, FILE_SYNC), 0);
	assert_int_equal(file_replace(AT_FDCWD, "f", "two", 3, 0), 0);
	check_content("f", "two");
	assert_int_equal(file_replace(AT_FDCWD, "f", "", 0, 0), 0);
	check_content("f", "");
	assert_int_equal(entries("."), 1);
}

static void
a_failed_write_changes_nothing(void **state)
{
	struct rlimit before, small;
	char big[8192] = "";

	(void)state;
	assert_int_equal(file_replace(AT_FDCWD, "f", "old", 3, 0), 0);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	small = before;
	small.rlim_cur = 4096;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	assert_int_equal(file_replace(AT_FDCWD, "f", big, sizeof(big), FILE_SYNC), -1);
	assert_int_equal(errno, EFBIG);
	assert_int_equal(file_create(AT_FDCWD, "g", big, sizeof(big), 0), -1);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	check_content("f", "old");
	assert_int_equal(entries("."), 1);
}

static void
creating_does_not_replace(void **state)
{
	(void)state;
	assert_int_equal(file_create(AT_FDCWD, "f", "first", 5, FILE_SYNC), 0);
	assert_int_equal(file_create(AT_FDCWD, "f", "second", 6, 0), -1);
	assert_int_equal(errno, EEXIST);
	check_content("f", "first");
	assert_int_equal(entries("."), 1);
}

static void
only_regular_files_within_the_cap_are_read(void **state)
{
	char *buf;
	size_t len;

	(void)state;
	assert_int_equal(file_replace(AT_FDCWD, "f", "12345", 5, 0), 0);
	assert_int_equal(symlink("f", "link"), 0);
	assert_int_equal(mkfifo("fifo", 0600), 0);
	assert_int_equal(mkdir("dir", 0700), 0);
	assert_int_equal(file_read(AT_FDCWD, "f", 5, &buf, &len), 0);
	free(buf);
	assert_int_equal(file_read(AT_FDCWD, "f", 4, &buf, &len), -1);
	assert_int_equal(errno, EFBIG);
	/* which is longer in /proc than its stat says */
	assert_int_equal(file_read(AT_FDCWD, "/proc/self/status", 10, &buf, &len), -1);
	assert_int_equal(errno, EFBIG);
	assert_int_equal(file_read(AT_FDCWD, "link", 10, &buf, &len), -1);
	assert_int_equal(errno, ELOOP);
	assert_int_equal(file_read(AT_FDCWD, "fifo", 10, &buf, &len), -1);
	assert_int_equal(errno, EINVAL);
	assert_int_equal(file_read(AT_FDCWD, "dir", 10, &buf, &len), -1);
	assert_int_equal(errno, EINVAL);
	assert_int_equal(file_read(AT_FDCWD, "none", 10, &buf, &len), -1);
	assert_int_equal(errno, ENOENT);
}

static bool
closed_by_exec(int fd)
{
	bool closed = fd != -1 && fcntl(fd, F_GETFD) == FD_CLOEXEC;

	if (fd != -1)
		close(fd);
	return closed;
}

static void
what_others_could_have_put_there_is_not_followed_nor_waited_for(void **state)
{
	struct stat st;
	int fd;

	(void)state;
	assert_int_equal(mkdir("d", 0700), 0);
	assert_int_equal(symlink("d", "link"), 0);
	assert_int_equal(symlink("f", "d/link"), 0);
	assert_int_equal(file_replace(AT_FDCWD, "d/f", "x", 1, 0), 0);
	assert_int_equal(mkfifo("d/fifo", 0600), 0);
	fd = file_open_dir(AT_FDCWD, "d");
	assert_int_equal(file_open(fd, "link", O_RDONLY, 0), -1);
	assert_int_equal(errno, ELOOP);
	assert_int_equal(file_open(fd, "link", O_WRONLY | O_CREAT, 0600), -1);
	assert_int_equal(file_open_dir(AT_FDCWD, "link"), -1);
	assert_true(closed_by_exec(file_open(fd, "fifo", O_RDONLY, 0)));
	assert_true(closed_by_exec(file_open_beneath(fd, "fifo")));
	assert_true(closed_by_exec(file_open_beneath(AT_FDCWD, "d/f")));
	assert_int_equal(file_open_beneath(AT_FDCWD, "link/f"), -1);
	assert_int_equal(errno, ELOOP);
	assert_int_equal(file_open_beneath(fd, "link"), -1);
	assert_int_equal(file_open_beneath(fd, "../d/f"), -1);
	assert_int_equal(errno, EXDEV);
	assert_int_equal(file_open_beneath(fd, "/dev/null"), -1);
	assert_true(closed_by_exec(file_open_path(fd, "link", O_RDONLY)));
	assert_true(closed_by_exec(file_find_dir(AT_FDCWD, "link")));
	assert_true(closed_by_exec(file_dup(fd, 10)));
	assert_int_equal(file_replace(AT_FDCWD, "link/f", "y", 1, 0), 0);
	close(fd);
	fd = file_open_dir(AT_FDCWD, ".");
	assert_int_equal(file_replace(fd, "link/f", "z", 1, 0), -1);
	close(fd);
	assert_int_equal(symlink("nowhere", "dangling"), 0);
	assert_true(file_exists(AT_FDCWD, "dangling"));
	assert_int_equal(file_stat(AT_FDCWD, "dangling", &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	check_content("d/f", "y");
}

static void
a_file_that_is_being_written_is_busy(void **state)
{
	char *buf;
	size_t len;
	int fd;

	(void)state;
	fd = open("f", O_WRONLY | O_CREAT, 0600);
	assert_int_equal(file_write_all(fd, "half", 4), 0);
	assert_int_equal(file_read_closed(AT_FDCWD, "f", 10, &buf, &len), -1);
	assert_int_equal(errno, EBUSY);
	close(fd);
	assert_int_equal(file_read_closed(AT_FDCWD, "f", 10, &buf, &len), 0);
	assert_string_equal(buf, "half");
	free(buf);
}

static void
bad_files_are_set_aside_under_fresh_names(void **state)
{
	(void)state;
	assert_int_equal(file_replace(AT_FDCWD, "f", "1", 1, 0), 0);
	assert_int_equal(file_quarantine(AT_FDCWD, "f"), 0);
	assert_int_equal(file_replace(AT_FDCWD, "f", "2", 1, 0), 0);
	assert_int_equal(file_quarantine(AT_FDCWD, "f"), 0);
	check_content("f.refused", "1");
	check_content("f.refused.1", "2");
	assert_int_equal(file_quarantine(AT_FDCWD, "f"), -1);
	assert_int_equal(errno, ENOENT);
}

static void
moving_never_overwrites(void **state)
{
	(void)state;
	assert_int_equal(file_replace(AT_FDCWD, "a", "a", 1, 0), 0);
	assert_int_equal(file_replace(AT_FDCWD, "b", "b", 1, 0), 0);
	assert_int_equal(file_move(AT_FDCWD, "a", AT_FDCWD, "b"), -1);
	assert_int_equal(errno, EEXIST);
	assert_int_equal(file_move(AT_FDCWD, "a", AT_FDCWD, "c"), 0);
	check_content("c", "a");
	assert_int_equal(file_rename_over(AT_FDCWD, "c", "b", FILE_SYNC), 0);
	check_content("b", "a");
}

static void
a_tree_goes_without_its_links_targets(void **state)
{
	struct rlimit few = { 64, 64 };
	char *top = *state;
	int i, depth = 300;

	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);

	assert_int_equal(mkdir("keep", 0700), 0);
	assert_int_equal(file_replace(AT_FDCWD, "keep/f", "x", 1, 0), 0);
	assert_int_equal(mkdir("tree", 0700), 0);
	assert_int_equal(symlink("../keep", "tree/link"), 0);
	assert_int_equal(mkdir("tree/readonly", 0700), 0);
	assert_int_equal(file_replace(AT_FDCWD, "tree/readonly/f", "x", 1, 0), 0);
	assert_int_equal(chmod("tree/readonly", 0500), 0);
	assert_int_equal(mkdir("tree/closed", 0700), 0);
	assert_int_equal(file_replace(AT_FDCWD, "tree/closed/f", "x", 1, 0), 0);
	assert_int_equal(chmod("tree/closed", 0), 0);
	assert_int_equal(chdir("tree"), 0);
	for (i = 0; i < depth; i++) {
		assert_int_equal(mkdir("nested-directory", 0700), 0);
		assert_int_equal(chdir("nested-directory"), 0);
	}
	assert_int_equal(chdir(top), 0);
	assert_int_equal(file_remove_tree(AT_FDCWD, "tree"), 0);
	assert_int_equal(file_remove_tree(AT_FDCWD, "tree"), 0);
	assert_int_equal(access("tree", F_OK), -1);
	check_content("keep/f", "x");
	assert_int_equal(file_remove_tree(AT_FDCWD, "keep/f"), 0);
	assert_int_equal(entries("keep"), 0);
}

static void
a_copy_has_content_mode_and_times(void **state)
{
	struct stat a, b;

	(void)state;
	assert_int_equal(file_replace(AT_FDCWD, "a", "text", 4, 0), 0);
	assert_int_equal(chmod("a", 0750), 0);
	assert_int_equal(file_copy("a", "b", false), 0);
	assert_int_equal(file_copy("a", "b", false), -1);
	assert_int_equal(errno, EEXIST);
	check_content("b", "text");
	assert_int_equal(stat("a", &a), 0);
	assert_int_equal(stat("b", &b), 0);
	assert_int_equal(a.st_mode, b.st_mode);
	assert_int_equal(a.st_mtim.tv_nsec, b.st_mtim.tv_nsec);
	assert_int_not_equal(a.st_ino, b.st_ino);
	assert_int_equal(file_copy("a", "c", true), 0);
	assert_int_equal(stat("c", &b), 0);
	assert_int_equal(a.st_ino, b.st_ino);
}

static void
directories_are_made_as_deep_as_needed(void **state)
{
	char *top = *state, path[512];

	snprintf(path, sizeof(path), "%s/a/b//c/", top);
	assert_int_equal(file_make_dirs(path), 0);
	assert_int_equal(file_make_dirs(path), 0);
	assert_int_equal(access("a/b/c", F_OK), 0);
	assert_int_equal(file_replace(AT_FDCWD, "a/f", "", 0, 0), 0);
	snprintf(path, sizeof(path), "%s/a/f/d", top);
	assert_int_equal(file_make_dirs(path), -1);
	assert_int_equal(errno, ENOTDIR);
	assert_int_equal(file_make_dirs("relative"), -1);
	assert_int_equal(symlink("a", "link"), 0);
	assert_int_equal(file_open_dir(AT_FDCWD, "link"), -1);
}

static void
the_newest_change_of_a_tree_is_found_also_below_links_and_depths(void **state)
{
	char path[512] = "t";
	int64_t before, after;

	(void)state;
	assert_int_equal(file_newest("t"), 0);
	assert_int_equal(mkdir("t", 0700), 0);
	assert_int_equal(symlink("/", "t/root"), 0);
	for (int i = 0; i < 100; i++) {
		strlcat(path, "/d", sizeof(path));
		assert_int_equal(mkdir(path, 0700), 0);
	}
	before = file_newest("t");
	assert_true(before > clock_wall() - 60000 && before <= clock_wall() + 1000);
	do {	/* the file system's clock is coarse */
		assert_int_equal(file_replace(AT_FDCWD, "t/d/d/f", "x", 1, 0), 0);
		after = file_newest("t");
	} while (after == before);
	assert_true(after > before);
	assert_int_equal(file_newest("t/root"), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SCRATCH_TEST(a_file_is_replaced_whole),
		SCRATCH_TEST(a_failed_write_changes_nothing),
		SCRATCH_TEST(creating_does_not_replace),
		SCRATCH_TEST(only_regular_files_within_the_cap_are_read),
		SCRATCH_TEST(what_others_could_have_put_there_is_not_followed_nor_waited_for),
		SCRATCH_TEST(a_file_that_is_being_written_is_busy),
		SCRATCH_TEST(bad_files_are_set_aside_under_fresh_names),
		SCRATCH_TEST(moving_never_overwrites),
		SCRATCH_TEST(a_tree_goes_without_its_links_targets),
		SCRATCH_TEST(a_copy_has_content_mode_and_times),
		SCRATCH_TEST(directories_are_made_as_deep_as_needed),
		SCRATCH_TEST(the_newest_change_of_a_tree_is_found_also_below_links_and_depths),
	};

	return cmocka_run_group_tests_name("file", tests, NULL, NULL);
}
