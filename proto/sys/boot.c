/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "proto/sys/boot.h"
#include "proto/sys/file.h"

void
boot_id(char *buf, size_t len)
{
	char *text;
	size_t n;

	if (len == 0)
		return;
	buf[0] = '\0';
	if (file_read(AT_FDCWD, "/proc/sys/kernel/random/boot_id", 64, &text, &n) == -1)
		return;
	text[strcspn(text, "\n")] = '\0';
	strlcpy(buf, text, len);
	free(text);
}
