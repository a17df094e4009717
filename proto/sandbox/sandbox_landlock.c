/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/stat.h>
#include <sys/syscall.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <mntent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/base/fault.h"
#include "proto/base/text.h"
#include "proto/sandbox/sandbox.h"
#include "proto/sys/dir.h"
#include "proto/sys/file.h"

/* Newer than the headers that must be enough to compile this. */
#define ACCESS_TRUNCATE	(UINT64_C(1) << 14)
#define SCOPE_ALL	(UINT64_C(3))		/* abstract sockets and signals */

#define ACCESS_V1	((UINT64_C(1) << 13) - 1)
#define ACCESS_READ	(LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE | \
			    LANDLOCK_ACCESS_FS_READ_DIR)
#define ACCESS_OF_FILE	(LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE | \
			    LANDLOCK_ACCESS_FS_WRITE_FILE | ACCESS_TRUNCATE)

struct ruleset_attr {		/* the struct of version 6; the kernel is told how much of it to use */
	uint64_t	 fs, net, scoped;
};

struct grant {
	const struct sandbox *sb;
	int		 fd;
	uint64_t	 all;
	struct strings	 closed;	/* paths that can't be read, nor anything below */
};

int
sandbox_landlock_abi(void)
{
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);

	return abi > 0 ? (int)abi : 0;
}

static int
rule(const struct grant *g, const char *path, bool dir, uint64_t access)
{
	struct landlock_path_beneath_attr attr = { .allowed_access = access & g->all };
	int rc;

	if (!dir)
		attr.allowed_access &= ACCESS_OF_FILE;
	attr.parent_fd = file_open_path(AT_FDCWD, path, O_PATH);
	if (attr.parent_fd == -1)
		return errno == ENOENT || errno == EACCES ? 0 : -1;
	rc = (int)syscall(SYS_landlock_add_rule, g->fd, LANDLOCK_RULE_PATH_BENEATH, &attr, 0);
	close(attr.parent_fd);
	return rc;
}

enum extent { NOTHING, PARTS, ALL };

/* A read-only directory below splits the grant into parts. */
static enum extent
to_write(const struct grant *g, const char *path)
{
	const struct sandbox *sb = g->sb;

	if (sandbox_access_of(sb, path) != SANDBOX_WRITE)
		return NOTHING;
	for (size_t i = 0; i < sb->n; i++)
		if (sb->v[i].dir && sb->v[i].access != SANDBOX_WRITE &&
		    strcmp(sb->v[i].path, path) != 0 && sandbox_below(sb->v[i].path, path))
			return PARTS;
	return ALL;
}

/* A right to a directory above a terminal would include the terminal. */
static enum extent
to_read(const struct grant *g, const char *path)
{
	for (size_t i = 0; i < g->closed.n; i++)
		if (strcmp(g->closed.v[i], path) == 0)
			return NOTHING;
		else if (sandbox_below(g->closed.v[i], path))
			return PARTS;
	return ALL;
}

static bool
is_dir(DIR *d, const struct dirent *de)
{
	struct stat st;

	return de->d_type == DT_DIR || (de->d_type == DT_UNKNOWN &&
	    file_stat(dirfd(d), de->d_name, &st) == 0 && S_ISDIR(st.st_mode));
}

static int
grant(const struct grant *g, const char *path, bool dir, uint64_t access,
    enum extent (*extent)(const struct grant *, const char *))
{
	enum extent how = extent(g, path);
	struct dirent *de;
	char *child;
	int rc = 0;
	DIR *d;

	if (how == NOTHING)
		return 0;
	if (how == ALL || !dir)
		return rule(g, path, dir, access);
	if ((d = opendir(path)) == NULL)
		return 0;
	while (rc == 0 && (de = dir_next(d)) != NULL) {
		if (de->d_type == DT_LNK)
			continue;
		child = text_format("%s/%s", path[1] == '\0' ? "" : path, de->d_name);
		rc = grant(g, child, is_dir(d, de), access, extent);
		free(child);
	}
	dir_close(d);
	return rc;
}

/* Paths that an enclosing domain already closes need not be closed again. */
static void
add_open(struct strings *closed, const char *path)
{
	int fd = file_find_dir(AT_FDCWD, path);

	if (fd == -1)
		return;
	strings_add(closed, path);
	close(fd);
}

/* Finds terminals wherever they are mounted, for example in a chroot.  Of devices a run gets those of bubblewrap. */
static void
find_closed(struct strings *closed)
{
	FILE *f = setmntent("/proc/self/mounts", "re");
	struct mntent *m;

	add_open(closed, "/dev");
	while (f != NULL && (m = getmntent(f)) != NULL)
		if (strcmp(m->mnt_type, "devpts") == 0)
			add_open(closed, m->mnt_dir);
	if (f != NULL)
		endmntent(f);
}

static int
grant_all(const struct grant *g)
{
	static const char *const devices[] = { "/dev/null", "/dev/zero", "/dev/full", "/dev/tty",
		"/dev/random", "/dev/urandom" };
	size_t i;

	if ((g->all & ACCESS_READ) != 0 && grant(g, "/", true, ACCESS_READ, to_read) == -1)
		return -1;
	for (i = 0; i < sizeof(devices) / sizeof(devices[0]); i++)
		if (rule(g, devices[i], false, LANDLOCK_ACCESS_FS_READ_FILE |
		    LANDLOCK_ACCESS_FS_WRITE_FILE | ACCESS_TRUNCATE) == -1)
			return -1;
	for (i = 0; i < g->sb->n; i++)
		if (grant(g, g->sb->v[i].path, g->sb->v[i].dir, g->all, to_write) == -1)
			return -1;
	return 0;
}

int
sandbox_landlock(const struct sandbox *sb, bool reading, char *err, size_t errlen)
{
	struct ruleset_attr attr = { .fs = (ACCESS_V1 | LANDLOCK_ACCESS_FS_REFER) & ~(reading ? 0 : ACCESS_READ) };
	struct grant g = { .sb = sb };
	int abi = sandbox_landlock_abi();

	if (!sb->network) {
		snprintf(err, errlen, "only bubblewrap can shut off the network; install it, "
		    "or set \"confine.network\" to \"on\"");
		return -1;
	}
	if (abi >= 3)
		attr.fs |= ACCESS_TRUNCATE;
	if (abi >= SANDBOX_SCOPES_ABI)
		attr.scoped = SCOPE_ALL;
	g.all = attr.fs;
	g.fd = (int)syscall(SYS_landlock_create_ruleset, &attr,
	    abi >= SANDBOX_SCOPES_ABI ? sizeof(attr) : sizeof(attr.fs), 0);
	find_closed(&g.closed);
	if (g.fd == -1 || grant_all(&g) == -1) {
		fault_set(errno);
		snprintf(err, errlen, "Landlock: %s", strerror(errno));
		file_close(g.fd);
		g.fd = -1;
	}
	strings_free(&g.closed);
	return g.fd;
}

int
sandbox_landlock_file(int ruleset, int fd)
{
	struct landlock_path_beneath_attr attr = { .allowed_access = LANDLOCK_ACCESS_FS_WRITE_FILE |
		(sandbox_landlock_abi() >= 3 ? ACCESS_TRUNCATE : 0), .parent_fd = fd };

	return (int)syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &attr, 0);
}

int
sandbox_landlock_domain(void)
{
	struct ruleset_attr attr = { 0 };
	bool scopes = sandbox_landlock_abi() >= SANDBOX_SCOPES_ABI;

	if (scopes)
		attr.scoped = SCOPE_ALL;
	else	/* the kernel requires one right; no run can make block devices anyway */
		attr.fs = LANDLOCK_ACCESS_FS_MAKE_BLOCK;
	return (int)syscall(SYS_landlock_create_ruleset, &attr, scopes ? sizeof(attr) : sizeof(attr.fs), 0);
}
