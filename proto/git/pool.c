/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/stat.h>

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/text.h"
#include "proto/git/git.h"
#include "proto/git/pool.h"
#include "proto/sys/boot.h"
#include "proto/sys/dir.h"
#include "proto/sys/file.h"

#define POOL_END	".worktrees/" POOL_DIR	/* also NAME.worktrees/, outside of a repository */
#define MADE_MAX	(64u << 10)

char *
pool_dir(const char *worktree)
{
	const char *slash = strrchr(worktree, '/');

	return text_format("%.*s/" POOL_DIR, slash == NULL ? 0 : (int)(slash - worktree), worktree);
}

bool
pool_ours(const char *pool)
{
	size_t len = strlen(pool), end = strlen(POOL_END);

	return len > end && strcmp(pool + len - end, POOL_END) == 0;
}

bool
pool_name(const char *name)
{
	size_t len = strlen(name);

	return len > 0 && len < 5 && strspn(name, "0123456789") == len;
}

int
pool_order(const char *a, const char *b)
{
	size_t n = strlen(a), m = strlen(b);

	return n != m ? (n > m) - (n < m) : strcmp(a, b);
}

size_t
pool_count(const char *pool)
{
	const struct dirent *e;
	size_t n = 0;
	DIR *d = opendir(pool);

	while ((e = dir_next(d)) != NULL)
		n += pool_name(e->d_name);
	dir_close(d);
	return n;
}

char *
pool_record(const struct git_repo *r, const char *commit)
{
	char boot[40];
	mode_t mask;

	boot_id(boot, sizeof(boot));
	umask(mask = umask(0));
	return text_format("%s\n%s %03o\n%s", commit, boot, (unsigned)mask, r->worktree_config);
}

bool
pool_fits(const struct git_repo *r, const char *entry, char commit[OID_MAX])
{
	char *path = text_format("%s/" POOL_MADE, entry), *made = NULL, *now;
	bool fits = false;
	size_t len;

	if (file_read(AT_FDCWD, path, MADE_MAX, &made, &len) == 0) {
		snprintf(commit, OID_MAX, "%.*s", (int)strcspn(made, "\n"), made);
		now = pool_record(r, commit);
		fits = git_oid_valid(r, commit) && strcmp(made, now) == 0;
		free(now);
	}
	free(made);
	free(path);
	return fits;
}
