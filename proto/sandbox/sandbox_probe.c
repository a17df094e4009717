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

#include "proto/base/text.h"
#include "proto/sandbox/sandbox.h"
#include "proto/sys/boot.h"
#include "proto/sys/child.h"
#include "proto/sys/file.h"

/* Identifies this boot, this user and this program, for which the result of a trial is valid. */
static int
make_key(struct sandbox_probe *probe)
{
	char path[PATH_MAX], boot[40];
	struct stat st;

	if (child_find(SANDBOX_BWRAP_PROGRAM, NULL, path, sizeof(path)) == -1 ||
	    stat(path, &st) == -1)
		return -1;
	boot_id(boot, sizeof(boot));
	snprintf(probe->key, sizeof(probe->key), "%s 2 %u %llu:%llu %lld.%09ld", boot,
	    (unsigned)geteuid(), (unsigned long long)st.st_dev, (unsigned long long)st.st_ino,
	    (long long)st.st_ctim.tv_sec, (long)st.st_ctim.tv_nsec);
	return 0;
}

#define LAYERED		" layered\n"	/* appended to the key */
#define PLAIN		"\n"		/* layers were not tried, or may work the next time */

static bool
is_known(struct sandbox_probe *probe)
{
	size_t len, n = strlen(probe->key);
	char *buf;
	bool known = false;

	if (file_read(AT_FDCWD, probe->cache, sizeof(probe->key) + sizeof(LAYERED), &buf, &len) == -1)
		return false;
	if (strncmp(buf, probe->key, n) == 0) {
		probe->layered = probe->asked && strcmp(buf + n, LAYERED) == 0;
		known = probe->layered || (!probe->asked &&
		    (strcmp(buf + n, LAYERED) == 0 || strcmp(buf + n, PLAIN) == 0));
	}
	free(buf);
	return known;
}

static void
keep(const struct sandbox_probe *probe)
{
	char *text;

	if (probe->cache == NULL)
		return;
	text = text_format("%s%s", probe->key, probe->layered ? LAYERED : PLAIN);
	(void)file_replace(AT_FDCWD, probe->cache, text, strlen(text), 0);	/* if it fails, the trial is only repeated */
	free(text);
}

/* Starts a trial of that command inside. */
static void
trial_of(struct sandbox_probe *probe, const struct strings *layers, const char *const *command)
{
	const struct sandbox sb = { .network = true };
	struct strings argv = { 0 };
	struct sandbox_walls walls;
	const char **words;
	char unused[80];
	int fds[2];

	probe->pid = probe->fd = -1;
	if (file_pipe(fds) == -1)
		return;
	if (layers != NULL)
		strings_add_all(&argv, layers);
	sandbox_bwrap_base(sb.network, &argv);
	strings_add(&argv, "--tmpfs");
	strings_add(&argv, "/tmp");
	strings_add(&argv, "--");
	for (; *command != NULL; command++)
		strings_add(&argv, *command);
	words = strings_vector(&argv);
	(void)sandbox_walls_make(&walls, &sb, SANDBOX_BWRAP, probe->scoped, unused, sizeof(unused));
	probe->pid = child_start(&(struct child_spec){ .argv = words, .in = -1, .out = -1,
	    .err = fds[1], .session = true, .die_with_parent = true, .enter = sandbox_enter,
	    .enter_arg = &walls, .handed = walls.filter_fd != -1, .hand = walls.filter_fd }, NULL);
	sandbox_walls_close(&walls);
	close(fds[1]);
	probe->fd = fds[0];
	free(words);
	strings_free(&argv);
}

static void
trial(struct sandbox_probe *probe, const struct strings *layers)
{
	trial_of(probe, layers, (const char *const[]){ "true", NULL });
}

void
sandbox_probe_start(struct sandbox_probe *probe, const char *cache, const struct strings *layers)
{
	*probe = (struct sandbox_probe){ .pid = -1, .fd = -1,
		.asked = layers != NULL && layers->n > 0,
		.scoped = sandbox_landlock_abi() >= SANDBOX_SCOPES_ABI };
	if (cache != NULL && make_key(probe) == 0) {
		probe->cache = text_format("%s", cache);
		if ((probe->known = is_known(probe)))
			return;
	}
	trial(probe, layers);
}

/* Waits for the trial: did it succeed?  If not, complaint is its error message, one line. */
static bool
succeeded(struct sandbox_probe *probe, char *complaint, size_t size)
{
	char buf[512], *line;
	int status = -1;
	size_t program;
	ssize_t n = 0;

	while (probe->fd != -1 && (n = read(probe->fd, buf, sizeof(buf) - 1)) == -1 && errno == EINTR)
		;
	buf[n > 0 ? n : 0] = '\0';
	while (probe->pid != -1 && waitpid(probe->pid, &status, 0) == -1 && errno == EINTR)
		;
	file_close(probe->fd);
	probe->fd = -1;
	program = strcspn(buf, ": \n");
	line = strncmp(buf + program, ": ", 2) == 0 ? buf + program + 2 : buf;
	line[strcspn(line, "\n")] = '\0';
	strlcpy(complaint, *line != '\0' ? line : "it fails", size);
	return status == 0;
}

/* why is "" when it works, else the reason. */
static void
bwrap_reason(struct sandbox_probe *probe, char *why, size_t len)
{
	char complaint[128];
	bool works;

	why[0] = '\0';
	if (probe->known)
		return;
	works = succeeded(probe, complaint, sizeof(complaint));
	probe->layered = works && probe->asked;
	if (!works && probe->asked) {
		strlcpy(probe->unlayered, complaint, sizeof(probe->unlayered));
		trial(probe, NULL);
		works = succeeded(probe, complaint, sizeof(complaint));
	}
	if (!works && probe->scoped && probe->pid != -1) {	/* a setuid bubblewrap gains no privileges then */
		probe->scoped = false;
		trial(probe, NULL);
		works = succeeded(probe, complaint, sizeof(complaint));
	} else if (works)
		keep(probe);
	if (works)
		return;
	if (probe->pid == -1)
		strlcpy(why, "bubblewrap (bwrap) is not installed", len);
	else
		snprintf(why, len, "bubblewrap does not work here (%.100s)", complaint);
}

enum sandbox_kind
sandbox_probe_end(struct sandbox_probe *probe, char *why, size_t len)
{
	enum sandbox_kind kind = SANDBOX_BWRAP;
	char reason[160];
	int abi;

	bwrap_reason(probe, reason, sizeof(reason));
	free(probe->cache);
	probe->cache = NULL;
	probe->pid = -1;
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

bool
sandbox_probe_inside(const struct sandbox_probe *done, const char *const *argv, char *why, size_t len)
{
	struct sandbox_probe probe = { .scoped = done->scoped };

	trial_of(&probe, NULL, argv);
	return succeeded(&probe, why, len);
}
