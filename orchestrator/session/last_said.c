/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/stat.h>

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "orchestrator/session/last_said.h"
#include "orchestrator/session/registry.h"
#include "proto/base/text.h"
#include "proto/session/layout.h"
#include "proto/session/role.h"
#include "proto/sys/file.h"

#define TAIL	(64 << 10)

/* What follows "[implementer] " and the like; NULL = no agent printed the line. */
static const char *
said_in(const char *line)
{
	size_t n = strcspn(line, "]");

	for (int r = ROLE_IMPLEMENTER; r < ROLE_COUNT; r++)
		if (line[0] == '[' && line[n] == ']' && strlen(role_name((enum role)r)) == n - 1 &&
		    strncmp(line + 1, role_name((enum role)r), n - 1) == 0)
			return line + n + 1 + strspn(line + n + 1, " ");
	return NULL;
}

/* The last such line of a text; newlines of the text become NULs. */
static char *
find(char *buf)
{
	const char *said;
	char *nl;

	do {
		nl = strrchr(buf, '\n');
		said = said_in(nl == NULL ? buf : nl + 1);
		if (said != NULL && *said != '\0')
			return text_format("%s", said);
		if (nl != NULL)
			*nl = '\0';
	} while (nl != NULL);
	return NULL;
}

char *
last_said(const struct entry *e)
{
	char *path = text_format("%s/" SESSION_FILE_LOG, e->path), *buf, *said = NULL;
	int fd = file_open(AT_FDCWD, path, O_RDONLY, 0);
	struct stat st;
	ssize_t n;

	free(path);
	if (fd == -1)
		return NULL;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && (buf = calloc(1, TAIL + 1)) != NULL) {
		n = pread(fd, buf, TAIL, st.st_size > TAIL ? st.st_size - TAIL : 0);
		for (ssize_t i = 0; i < n; i++)
			if (buf[i] == '\0')
				buf[i] = '?';
		if (n > 0)
			said = find(buf);
		free(buf);
	}
	file_close(fd);
	return said;
}
