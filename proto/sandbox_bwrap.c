/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include <unistd.h>

#include "sandbox.h"

static void
add(struct strings *argv, const char *const words[])
{
	for (; *words != NULL; words++)
		strings_add(argv, *words);
}

/*
 * The session of processes is the worker's to make (child.h), so no terminal is
 * at hand.  Root keeps what acts on its own files and nothing that acts on the
 * machine; what others run as has none of it anyway.
 */
void
sandbox_bwrap_base(bool network, struct strings *argv)
{
	static const char *const fixed[] = { SANDBOX_BWRAP_PROGRAM, "--die-with-parent", "--unshare-pid",
		"--unshare-ipc", "--cap-drop", "ALL", NULL };
	static const char *const root[] = { "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FOWNER",
		"CAP_FSETID", "CAP_KILL", "CAP_SETGID", "CAP_SETUID", NULL };
	static const char *const base[] = { "--ro-bind", "/", "/", "--dev", "/dev", "--proc",
		"/proc", NULL };

	add(argv, fixed);
	for (size_t i = 0; geteuid() == 0 && root[i] != NULL; i++)
		add(argv, (const char *const[]){ "--cap-add", root[i], NULL });
	if (!network)
		strings_add(argv, "--unshare-net");
	add(argv, base);
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

void
sandbox_bwrap(const struct sandbox *sb, const char *dir, struct strings *argv)
{
	sandbox_bwrap_base(sb->network, argv);
	for (size_t i = 0; i < sb->n; i++)
		mount(sb, &sb->v[i], argv);
	add(argv, (const char *const[]){ "--chdir", dir, "--as-pid-1", "--", NULL });
}
