/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>

#include "fault.h"

static const int passing[] = {
	ENOSPC, EDQUOT, EIO, EMFILE, ENFILE, ENOMEM, EAGAIN, EROFS,
};

bool
fault_passes(int error)
{
	for (size_t i = 0; i < sizeof(passing) / sizeof(passing[0]); i++)
		if (passing[i] == error)
			return true;
	return false;
}

bool
fault_told(const char *why)
{
	for (size_t i = 0; i < sizeof(passing) / sizeof(passing[0]); i++)
		if (strstr(why, strerror(passing[i])) != NULL)
			return true;
	/* as the kernel does it when memory is short */
	return strstr(why, "killed by signal 9 ") != NULL;
}
