/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/stat.h>

#include <fcntl.h>
#include <string.h>
#include <sysexits.h>

#include "orchestrator/cli/report_write.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/sys/file.h"

int
report_write(const char *path, const struct text *t)
{
	struct stat st;

	if (strcmp(path, "-") == 0) {
		if (t->len > 0)
			fwrite(t->buf, 1, t->len, stdout);
		return 0;
	}
	if (file_stat(AT_FDCWD, path, &st) == 0 && !S_ISREG(st.st_mode)) {
		log_warnx("%s: not a regular file, so it is not replaced; give - for standard output", path);
		return EX_CANTCREAT;
	}
	if (file_replace(AT_FDCWD, path, t->buf != NULL ? t->buf : "", t->len, FILE_DATA) == -1) {
		log_warn("%s", path);
		return EX_CANTCREAT;
	}
	return 0;
}
