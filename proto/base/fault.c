/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/wait.h>

#include <errno.h>
#include <signal.h>
#include <stddef.h>

#include "proto/base/fault.h"

static const int passing[] = {
	ENOSPC, EDQUOT, EIO, EMFILE, ENFILE, ENOMEM, EAGAIN, EROFS,
};

static int last;	/* one per process, like errno */

bool
fault_passes(int error)
{
	for (size_t i = 0; i < sizeof(passing) / sizeof(passing[0]); i++)
		if (passing[i] == error)
			return true;
	return false;
}

void
fault_set(int code)
{
	last = code;
}

int
fault_code(void)
{
	return last;
}

bool
fault_passing(void)
{
	return fault_passes(last);
}

bool
fault_undecided(void)
{
	return fault_passing() || last == EINTR || last == ETIMEDOUT;
}

int
fault_of_status(int status)
{
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL ? ENOMEM : 0;
}
