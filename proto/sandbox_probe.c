/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/stat.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "child.h"
#include "clock.h"
#include "file.h"
#include "sandbox.h"
#include "text.h"

/* This start of the machine, this user, this program: what a former trial holds for. */
static int
make_key(struct sandbox_probe *probe)
{
	char path[PATH_MAX], boot[40];
	struct stat st;

	if (child_find(SANDBOX_BWRAP_PROGRAM, NULL, path, sizeof(path)) == -1 ||
	    stat(path, &st) == -1)
		return -1;
	clock_boot_id(boot, sizeof(boot));
	snprintf(probe->key, sizeof(probe->key), "%s %u %llu:%llu %lld.%09ld\n", boot,
	    (unsigned)geteuid(), (unsigned long long)st.st_dev, (unsigned long long)st.st_ino,
	    (long long)st.st_ctim.tv_sec, (long)st.st_ctim.tv_nsec);
	return 0;
}

static bool
is_known(const struct sandbox_probe *probe)
{
	char *buf;
	size_t len;
	bool known;

	if (file_read(AT_FDCWD, probe->cache, sizeof(probe->key), &buf, &len) == -1)
		return false;
	known = strcmp(buf, probe->key) == 0;
	free(buf);
	return known;
}

void
sandbox_probe_start(struct sandbox_probe *probe, const char *cache)
{
	static const char *const last[] = { "--tmpfs", "/tmp", "--", "true", NULL };
	struct strings argv = { 0 };
	const char *words[64];
	int fds[2];
	size_t i;

	*probe = (struct sandbox_probe){ .pid = -1, .fd = -1 };
	if (cache != NULL && make_key(probe) == 0) {
		probe->cache = text_format("%s", cache);
		if ((probe->known = is_known(probe)))
			return;
	}
	if (pipe2(fds, O_CLOEXEC) == -1)
		return;
	sandbox_bwrap_base(true, &argv);
	for (i = 0; last[i] != NULL; i++)
		strings_add(&argv, last[i]);
	for (i = 0; i < argv.n && i < 63; i++)
		words[i] = argv.v[i];
	words[i] = NULL;
	probe->pid = child_start(&(struct child_spec){ .argv = words, .in = -1, .out = -1,
	    .err = fds[1], .session = true, .die_with_parent = true }, NULL);
	close(fds[1]);
	probe->fd = fds[0];
	strings_free(&argv);
}

/* "" = it works, else why not. */
static void
bwrap_reason(struct sandbox_probe *probe, char *why, size_t len)
{
	char buf[512], *line;
	int status = -1;
	ssize_t n;

	why[0] = '\0';
	if (probe->known)
		return;
	if (probe->pid == -1) {
		strlcpy(why, "bubblewrap (bwrap) is not installed", len);
		return;
	}
	while ((n = read(probe->fd, buf, sizeof(buf) - 1)) == -1 && errno == EINTR)
		;
	buf[n > 0 ? n : 0] = '\0';
	while (waitpid(probe->pid, &status, 0) == -1 && errno == EINTR)
		;
	if (status == 0) {
		if (probe->cache != NULL)	/* else it is tried again, no more */
			(void)file_replace(AT_FDCWD, probe->cache, probe->key, strlen(probe->key), 0);
		return;
	}
	line = strncmp(buf, SANDBOX_BWRAP_PROGRAM ": ", 7) == 0 ? buf + 7 : buf;
	line[strcspn(line, "\n")] = '\0';
	snprintf(why, len, "bubblewrap does not work here (%.100s)", *line != '\0' ? line : "it fails");
}

enum sandbox_kind
sandbox_probe_end(struct sandbox_probe *probe, char *why, size_t len)
{
	enum sandbox_kind kind = SANDBOX_BWRAP;
	char reason[160];
	int abi;

	bwrap_reason(probe, reason, sizeof(reason));
	if (probe->fd != -1)
		close(probe->fd);
	free(probe->cache);
	*probe = (struct sandbox_probe){ .pid = -1, .fd = -1 };
	if (reason[0] == '\0') {
		strlcpy(why, "bubblewrap works", len);
		return kind;
	}
	abi = sandbox_landlock_abi();
	kind = abi >= 2 ? SANDBOX_LANDLOCK : SANDBOX_NONE;
	if (kind == SANDBOX_LANDLOCK)
		snprintf(why, len, "%s; Landlock (version %d) takes its place", reason, abi);
	else
		snprintf(why, len, "%s, and the kernel has no Landlock%s", reason,
		    abi == 1 ? " of version 2 or later" : "");
	return kind;
}
