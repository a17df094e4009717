/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include <unistd.h>

#include "proto/sandbox/sandbox.h"
#include "proto/sys/child.h"

#define TEXT_OF(number)	#number
#define NUMBER(macro)	TEXT_OF(macro)
#define HANDED		NUMBER(CHILD_HANDED)

static void
add(struct strings *argv, const char *const words[])
{
	for (; *words != NULL; words++)
		strings_add(argv, *words);
}

/*
 * The worker makes the session of processes (child.h), so no terminal is accessible.  Root keeps
 * the capabilities for its own files and none for the machine; other users have none anyway.
 * CAP_SETFCAP allows no more than that, and without it root can't make a user namespace, which a
 * client's own sandbox needs.
 *
 * /proc/sys and /proc/fs are writable for root by user id alone.  For others they are closed
 * anyway, and a cover would keep them from mounting a /proc of their own inside.
 */
void
sandbox_bwrap_base(bool network, struct strings *argv)
{
	static const char *const fixed[] = { SANDBOX_BWRAP_PROGRAM, "--die-with-parent", "--unshare-pid",
		"--unshare-ipc", "--cap-drop", "ALL", NULL };
	static const char *const root[] = { "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FOWNER",
		"CAP_FSETID", "CAP_KILL", "CAP_SETFCAP", "CAP_SETGID", "CAP_SETUID", NULL };
	static const char *const base[] = { "--ro-bind", "/", "/", "--dev", "/dev", "--proc",
		"/proc", NULL };
	static const char *const covers[] = { "--ro-bind-try", "/proc/sys", "/proc/sys",
		"--ro-bind-try", "/proc/fs", "/proc/fs", NULL };

	add(argv, fixed);
	for (size_t i = 0; geteuid() == 0 && root[i] != NULL; i++)
		add(argv, (const char *const[]){ "--cap-add", root[i], NULL });
	if (!network)
		strings_add(argv, "--unshare-net");
	if (sandbox_filter_works())
		add(argv, (const char *const[]){ "--seccomp", HANDED, NULL });
	add(argv, base);
	if (geteuid() == 0)
		add(argv, covers);
}

static void
mount(const struct sandbox *sb, const struct sandbox_path *p, struct strings *argv)
{
	bool device = strncmp(p->path, "/dev/", 5) == 0;
	const char *how = NULL, *from = p->from != NULL ? p->from : p->path;

	switch (p->access) {
	case SANDBOX_READ:
		how = "--ro-bind";
		break;
	case SANDBOX_WRITE:
		how = device ? "--dev-bind" : "--bind";
		break;
	case SANDBOX_TMP:
		how = "--bind";
		from = sb->tmp;
		break;
	case SANDBOX_EMPTY:
	case SANDBOX_HIDE:
		if (p->dir) {
			add(argv, (const char *const[]){ "--tmpfs", p->path, NULL });
			return;
		}
		how = "--ro-bind";
		from = "/dev/null";
		break;
	}
	add(argv, (const char *const[]){ how, from, p->path, NULL });
}

/* /tmp is replaced: only added paths are visible in it. */
static bool
is_hidden_anyway(const struct sandbox *sb, size_t i)
{
	const struct sandbox above = { .v = sb->v, .n = i };

	return sb->v[i].access == SANDBOX_HIDE &&
	    sandbox_access_of(&above, sb->v[i].path) == SANDBOX_TMP;
}

void
sandbox_bwrap(const struct sandbox *sb, const char *dir, struct strings *argv)
{
	sandbox_bwrap_base(sb->network, argv);
	for (size_t i = 0; i < sb->n; i++)
		if (!is_hidden_anyway(sb, i))
			mount(sb, &sb->v[i], argv);
	/* when the paths added below exist */
	for (size_t i = 0; i < sb->n; i++)
		if (sb->v[i].access == SANDBOX_EMPTY && sb->v[i].dir)
			add(argv, (const char *const[]){ "--remount-ro", sb->v[i].path, NULL });
	add(argv, (const char *const[]){ "--chdir", dir, "--as-pid-1", "--", NULL });
}
