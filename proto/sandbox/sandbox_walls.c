/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <errno.h>
#include <linux/capability.h>
#include <linux/seccomp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "proto/base/fault.h"
#include "proto/sandbox/sandbox.h"
#include "proto/sys/file.h"

#define BIT(capability)	(UINT64_C(1) << (capability))

int
sandbox_walls_make(struct sandbox_walls *walls, const struct sandbox *sb, enum sandbox_kind kind,
    bool scoped, char *err, size_t errlen)
{
	bool alone = kind == SANDBOX_LANDLOCK;
	unsigned when = (alone ? SANDBOX_FILTER_ALONE : 0) | (sb->network ? 0 : SANDBOX_FILTER_OFFLINE);

	*walls = SANDBOX_NO_WALLS;
	walls->alone = alone;
	if (alone)
		walls->ruleset = sandbox_landlock(sb, true, err, errlen);
	else if (scoped && (walls->ruleset = sandbox_landlock_domain()) == -1) {
		fault_set(errno);
		snprintf(err, errlen, "Landlock: %s", strerror(errno));
	}
	if (walls->ruleset == -1 && (alone || scoped))
		return -1;
	if (!sandbox_filter_works())
		return 0;
	if (alone)
		walls->filter = sandbox_filter(when);
	else
		walls->filter_fd = sandbox_filter_pipe(when);
	if (walls->filter != NULL || walls->filter_fd != -1)
		return 0;
	fault_set(errno);
	snprintf(err, errlen, "seccomp: %s", strerror(errno));
	sandbox_walls_close(walls);
	return -1;
}

void
sandbox_walls_close(struct sandbox_walls *walls)
{
	file_close(walls->ruleset);
	file_close(walls->filter_fd);
	*walls = SANDBOX_NO_WALLS;
}

/* Root keeps the capabilities for its own files and none for the machine. */
static void
drop_capabilities(void)
{
	static const uint64_t kept = BIT(CAP_CHOWN) | BIT(CAP_DAC_OVERRIDE) | BIT(CAP_FOWNER) |
	    BIT(CAP_FSETID) | BIT(CAP_KILL) | BIT(CAP_SETGID) | BIT(CAP_SETUID);
	unsigned long cap;

	/* from the bounding set: exec(2) then takes them from the process */
	for (cap = 0; cap < 64; cap++)
		if ((kept >> cap & 1) == 0 && prctl(PR_CAPBSET_DROP, cap, 0UL, 0UL, 0UL) == -1)
			break;
}

int
sandbox_enter(const void *arg)
{
	const struct sandbox_walls *walls = arg;

	if (walls->alone && geteuid() == 0)
		drop_capabilities();
	if (walls->ruleset == -1 && walls->filter == NULL)
		return 0;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1UL, 0UL, 0UL, 0UL) == -1 || (walls->ruleset != -1 &&
	    syscall(SYS_landlock_restrict_self, walls->ruleset, 0) == -1))
		return -1;
	return walls->filter != NULL ? prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, walls->filter) : 0;
}
