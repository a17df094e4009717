/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "file.h"
#include "sandbox.h"
#include "text.h"

/* Newer than the headers that this is to compile with. */
#define ACCESS_TRUNCATE	(UINT64_C(1) << 14)
#define SCOPE_ALL	(UINT64_C(3))		/* abstract sockets and signals */

#define ACCESS_V1	((UINT64_C(1) << 13) - 1)
#define ACCESS_READ	(LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE | \
			    LANDLOCK_ACCESS_FS_READ_DIR)
#define ACCESS_OF_FILE	(LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE | \
			    LANDLOCK_ACCESS_FS_WRITE_FILE | ACCESS_TRUNCATE)

struct ruleset_attr {		/* of version 6; the kernel is told how much of it counts */
	uint64_t	 fs, net, scoped;
};

struct grant {
	const struct sandbox *sb;
	int		 fd;
	uint64_t	 all;
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

/* Is there a directory below that is not to be written? */
static bool
splits(const struct sandbox *sb, const char *path)
{
	size_t len = strlen(path);

	for (size_t i = 0; i < sb->n; i++)
		if (sb->v[i].dir && sb->v[i].access != SANDBOX_WRITE &&
		    strncmp(sb->v[i].path, path, len) == 0 && sb->v[i].path[len] == '/')
			return true;
	return false;
}

static int
writable(const struct grant *g, const char *path, bool dir)
{
	struct dirent *de;
	char *child;
	int rc = 0;
	DIR *d;

	if (!dir || !splits(g->sb, path))
		return rule(g, path, dir, g->all);
	if ((d = opendir(path)) == NULL)
		return 0;
	while (rc == 0 && (de = readdir(d)) != NULL) {
		if (strcmp(de->d_name, ".") == 0 || strcmp(de->d_name, "..") == 0 ||
		    de->d_type == DT_LNK)
			continue;
		child = text_format("%s/%s", path, de->d_name);
		if (sandbox_access_of(g->sb, child) == SANDBOX_WRITE)
			rc = writable(g, child, de->d_type == DT_DIR);
		free(child);
	}
	closedir(d);
	return rc;
}

static int
grant_all(const struct grant *g)
{
	static const char *const devices[] = { "/dev/null", "/dev/zero", "/dev/full", "/dev/tty",
		"/dev/random", "/dev/urandom", "/dev/ptmx", "/dev/pts" };
	size_t i;

	if (rule(g, "/", true, ACCESS_READ) == -1)
		return -1;
	for (i = 0; i < sizeof(devices) / sizeof(devices[0]); i++)
		if (rule(g, devices[i], false, LANDLOCK_ACCESS_FS_READ_FILE |
		    LANDLOCK_ACCESS_FS_WRITE_FILE | ACCESS_TRUNCATE) == -1)
			return -1;
	for (i = 0; i < g->sb->n; i++)
		if (g->sb->v[i].access == SANDBOX_WRITE &&
		    writable(g, g->sb->v[i].path, g->sb->v[i].dir) == -1)
			return -1;
	return 0;
}

int
sandbox_landlock(const struct sandbox *sb, char *err, size_t errlen)
{
	struct ruleset_attr attr = { .fs = ACCESS_V1 | LANDLOCK_ACCESS_FS_REFER };
	struct grant g = { .sb = sb };
	int abi = sandbox_landlock_abi();

	if (!sb->network) {
		snprintf(err, errlen, "the network can only be shut off by bubblewrap; install it, "
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
	if (g.fd != -1 && grant_all(&g) == 0)
		return g.fd;
	snprintf(err, errlen, "Landlock: %s", strerror(errno));
	if (g.fd != -1)
		close(g.fd);
	return -1;
}

/* Root keeps what acts on its own files and nothing that acts on the machine. */
static void
drop_capabilities(void)
{
	static const uint64_t kept = UINT64_C(1) << 0 | UINT64_C(1) << 1 | UINT64_C(1) << 3 |
	    UINT64_C(1) << 4 | UINT64_C(1) << 5 | UINT64_C(1) << 6 | UINT64_C(1) << 7;
	unsigned long cap;

	/* of the bounding set: exec(2) takes them from the process */
	for (cap = 0; cap < 64; cap++)
		if ((kept >> cap & 1) == 0 && prctl(PR_CAPBSET_DROP, cap, 0UL, 0UL, 0UL) == -1)
			break;
}

int
sandbox_landlock_domain(void)
{
	struct ruleset_attr attr = { 0 };
	bool scopes = sandbox_landlock_abi() >= SANDBOX_SCOPES_ABI;

	if (scopes)
		attr.scoped = SCOPE_ALL;
	else	/* one right at least: nothing makes block devices anyway */
		attr.fs = LANDLOCK_ACCESS_FS_MAKE_BLOCK;
	return (int)syscall(SYS_landlock_create_ruleset, &attr, scopes ? sizeof(attr) : sizeof(attr.fs), 0);
}

int
sandbox_restrict(int ruleset)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1UL, 0UL, 0UL, 0UL) == -1)
		return -1;
	return (int)syscall(SYS_landlock_restrict_self, ruleset, 0);
}

int
sandbox_enter(int ruleset)
{
	if (geteuid() == 0)
		drop_capabilities();
	return sandbox_restrict(ruleset);
}
