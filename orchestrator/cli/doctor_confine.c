/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "orchestrator/cli/doctor.h"
#include "proto/base/text.h"
#include "proto/sandbox/sandbox_names.h"
#include "proto/session/layout.h"
#include "proto/sys/file.h"

static void
add_layers(struct report *r, const struct sandbox_probe *probe, bool none)
{
	if (none)
		report_add(r, "caches", HEALTH_GOOD, "each session begins with empty caches: you have none");
	else if (probe->layered)
		report_add(r, "caches", HEALTH_GOOD, "each session sees your caches through an overlay; yours stay unchanged");
	else
		report_add(r, "caches", HEALTH_NOTE, "each session begins with empty caches: no overlay "
		    "over yours can be mounted: %s", probe->unlayered[0] != '\0' ? probe->unlayered :
		    "that takes bubblewrap");
}

/* What Landlock adds to both kinds, or why it does not. */
static void
add_scopes(struct report *r, enum sandbox_kind kind, bool scoped)
{
	const char *reached = kind == SANDBOX_BWRAP ? "runs can reach abstract sockets of this machine, and a reviewer's "
	    "commands can kill the reviewer" : "runs can reach abstract sockets and signal processes";
	int abi = sandbox_landlock_abi();

	if (abi == 0)
		report_add(r, "scopes", HEALTH_NOTE, "the kernel has no Landlock: runs can reach abstract sockets of this "
		    "machine, and a reviewer's commands can speak in its place");
	else if (abi < SANDBOX_SCOPES_ABI)
		report_add(r, "scopes", HEALTH_NOTE, "Landlock has version %d, but version %d (Linux 6.12) is needed: %s",
		    abi, SANDBOX_SCOPES_ABI, reached);
	else if (kind == SANDBOX_BWRAP && !scoped)
		report_add(r, "scopes", HEALTH_NOTE, "bubblewrap does not work in a Landlock domain (it may be "
		    "setuid): runs can reach abstract sockets of this machine");
	else
		report_add(r, "scopes", HEALTH_GOOD, "runs can't reach abstract sockets or processes outside: Landlock (version %d)", abi);
}

static void
add_filter(struct report *r)
{
	if (sandbox_filter_works())
		report_add(r, "filter", HEALTH_GOOD, "seccomp refuses system calls that no run needs");
	else
		report_add(r, "filter", HEALTH_NOTE, "the kernel has no seccomp: no system call is refused, such as "
		    "those that read keyrings");
}

static void
add_nested(struct report *r, const struct sandbox_probe *probe, enum sandbox_kind kind)
{
	static const char *const bare[] = { SANDBOX_BWRAP_PROGRAM, "--unshare-user", "--unshare-pid",
		"--ro-bind", "/", "/", "--dev", "/dev", "true", NULL };
	static const char *const proc[] = { SANDBOX_BWRAP_PROGRAM, "--unshare-user", "--unshare-pid",
		"--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc", "true", NULL };
	char why[128] = "Landlock forbids all mounts";

	if (kind != SANDBOX_BWRAP || !sandbox_probe_inside(probe, bare, why, sizeof(why)))
		report_add(r, "nested", HEALTH_NOTE, "a client's own sandbox can't start inside: %s; "
		    "it matters only if you switch it on", why);
	else if (!sandbox_probe_inside(probe, proc, why, sizeof(why)))
		report_add(r, "nested", HEALTH_NOTE, "a client's own sandbox can start inside unless it mounts its own /proc: "
		    "%s; it matters only if you switch it on", why);
	else
		report_add(r, "nested", HEALTH_GOOD, "a client's own sandbox can start inside");
}

/* The trial mounts caches in a directory of its own, on the file system of the sessions. */
void
doctor_confine(struct report *r, const char *worker, const char *home)
{
	char *dir = text_format("%s/" DOCTOR_PROBE "-XXXXXX", home), why[320];
	struct strings layers = { 0 };
	struct sandbox_probe probe;
	enum sandbox_kind kind;
	bool made = mkdtemp(dir) != NULL;

	if (made)
		sandbox_layers(&layers, worker, dir, SESSION_DIR_CACHE, SESSION_DIR_LAYER, true);
	sandbox_probe_start(&probe, NULL, &layers);
	kind = sandbox_probe_end(&probe, why, sizeof(why));
	if (made && file_remove_tree(AT_FDCWD, dir) == -1)
		report_add(r, "state", HEALTH_NOTE, "%s: %s; remove it", dir, strerror(errno));
	if (kind == SANDBOX_NONE)
		report_add(r, "confine", HEALTH_NOTE, "%s: what agents run is not confined; install "
		    "bubblewrap", why);
	else
		report_add(r, "confine", kind == SANDBOX_BWRAP ? HEALTH_GOOD : HEALTH_NOTE,
		    "agents, setup and gates are confined by %s: %s", sandbox_kind_name(kind), why);
	if (kind != SANDBOX_NONE) {
		if (made)
			add_layers(r, &probe, layers.n == 0);
		add_scopes(r, kind, probe.scoped);
		add_filter(r);
		add_nested(r, &probe, kind);
	}
	strings_free(&layers);
	free(dir);
}
