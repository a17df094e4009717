/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_SCRATCH_H
#define TESTS_SCRATCH_H

/*
 * A private directory for a test: scratch_enter makes one and changes to it,
 * scratch_leave removes it.  *state is its path.  WAIT_FOR waits for a
 * condition, and fails the test after thirty seconds.
 */

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "proto/sys/file.h"

static inline int
scratch_enter(void **state)
{
	const char *base = getenv("TMPDIR");
	char *dir;

	if (asprintf(&dir, "%s/test.XXXXXX", base == NULL ? "/tmp" : base) == -1)
		return -1;
	if (mkdtemp(dir) == NULL || chdir(dir) == -1)
		return -1;
	*state = dir;
	return 0;
}

static inline int
scratch_leave(void **state)
{
	char *dir = *state;
	int result;

	result = chdir("/") == 0 ? file_remove_tree(AT_FDCWD, dir) : -1;
	free(dir);
	return result;
}

/* Does the process whose id is in the file exist? */
static inline bool
alive(const char *pidfile)
{
	char *buf;
	size_t len;
	long pid;

	if (file_read(AT_FDCWD, pidfile, 20, &buf, &len) == -1)
		return false;
	pid = strtol(buf, NULL, 10);
	free(buf);
	return pid > 0 && kill((pid_t)pid, 0) == 0;
}

#define WAIT_FOR(condition)	do {					\
	struct timespec pause_ = { .tv_nsec = 2000000 };		\
	int tries_ = 15000;						\
	while (!(condition) && --tries_ > 0)				\
		nanosleep(&pause_, NULL);				\
	assert_true(tries_ > 0);					\
} while (0)

#define SCRATCH_TEST(fn)	cmocka_unit_test_setup_teardown(fn, scratch_enter, scratch_leave)

#endif
