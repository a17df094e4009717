/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "audit.h"
#include "file.h"
#include "git_internal.h"
#include "text.h"

#define CONFIG_MAX	(1u << 20)
#define PACKED_MAX	(64u << 20)
#define DEPTH_MAX	32

/*
 * A snapshot is a list of lines "KIND NAME VALUE" in the order of kinds and names,
 * blanks in names as \040.
 */

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void
entry(struct strings *list, const char *kind, const char *name, const char *value)
{
	struct text t = { 0 };
	size_t n;

	text_printf(&t, "%s ", kind);
	for (; *name != '\0'; name += n + (name[n] == ' ')) {
		n = strcspn(name, " ");
		text_line(&t, name, n);
		text_puts(&t, name[n] == ' ' ? "\\040" : "");
	}
	text_printf(&t, " %s", value);
	strings_add(list, t.buf);
	text_free(&t);
}

/* SHA-256 in hexadecimal digits. */
static void
digest(const char *buf, size_t len, char out[SHA256_DIGEST_STRING_LENGTH])
{
	SHA256Data((const uint8_t *)buf, len, out);
}

/* What it is and holds, not when it was written: a repository that was restored is the same. Of what
 * can't be read its place and time have to do. */
static void
hook_value(int dirfd, const char *name, const struct stat *st, char *value, size_t size)
{
	char *buf, sum[SHA256_DIGEST_STRING_LENGTH], target[PATH_MAX];
	ssize_t n = -1;
	size_t len;

	if (S_ISLNK(st->st_mode) && (n = readlinkat(dirfd, name, target, sizeof(target))) != -1)
		digest(target, (size_t)n, sum);
	else if (S_ISREG(st->st_mode) && file_read(dirfd, name, CONFIG_MAX, &buf, &len) == 0) {
		digest(buf, len, sum);
		free(buf);
	} else {
		snprintf(value, size, "%o %llu %lld.%09ld", (unsigned)st->st_mode,
		    (unsigned long long)st->st_ino, (long long)st->st_ctim.tv_sec,
		    (long)st->st_ctim.tv_nsec);
		return;
	}
	snprintf(value, size, "%o %s", (unsigned)st->st_mode, sum);
}

static void
add_hooks(int common, struct strings *list)
{
	int fd = openat(common, "hooks", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	char value[160];
	struct dirent *de;
	struct stat st;
	DIR *d;

	if (fd == -1 || (d = fdopendir(fd)) == NULL) {
		if (fd != -1)
			close(fd);
		return;
	}
	while ((de = readdir(d)) != NULL) {
		if (strcmp(de->d_name, ".") == 0 || strcmp(de->d_name, "..") == 0 ||
		    fstatat(dirfd(d), de->d_name, &st, AT_SYMLINK_NOFOLLOW) == -1)
			continue;
		hook_value(dirfd(d), de->d_name, &st, value, sizeof(value));
		entry(list, "hook", de->d_name, value);
	}
	closedir(d);
}

static void
add_file(int common, const char *name, bool config, struct strings *list)
{
	char *buf, *part, sum[SHA256_DIGEST_STRING_LENGTH] = "unreadable";
	size_t len;

	if (file_read(common, name, CONFIG_MAX, &buf, &len) == -1) {
		if (errno != ENOENT && errno != ENOTDIR)
			entry(list, "config", name, sum);
		return;
	}
	part = config && strlen(buf) == len ? audit_config(buf) : NULL;
	if (part != NULL)
		digest(part, strlen(part), sum);
	else
		digest(buf, len, sum);
	free(part);
	free(buf);
	entry(list, "config", name, sum);
}

static void
add_loose(int dirfd, const char *prefix, int depth, struct strings *list)
{
	char name[512], oid[OID_MAX + 8];
	struct dirent *de;
	int sub;
	DIR *d = fdopendir(dirfd);

	if (d == NULL) {
		close(dirfd);
		return;
	}
	while ((de = readdir(d)) != NULL) {
		if (de->d_name[0] == '.' || (size_t)snprintf(name, sizeof(name), "%s%s", prefix,
		    de->d_name) >= sizeof(name) - 1)
			continue;
		if (de->d_type != DT_DIR) {
			if (git_small_read(dirfd, de->d_name, false, oid, sizeof(oid)) == 0)
				entry(list, "branch", name, oid);
			continue;
		}
		sub = file_open_dir(dirfd, de->d_name);
		strlcat(name, "/", sizeof(name));
		if (sub != -1 && depth < DEPTH_MAX)
			add_loose(sub, name, depth + 1, list);
		else if (sub != -1)
			close(sub);
	}
	closedir(d);
}

static bool
has_branch(const struct strings *list, const char *name)
{
	size_t n = strlen(name);

	for (size_t i = 0; i < list->n; i++)
		if (strncmp(list->v[i], "branch ", 7) == 0 &&
		    strncmp(list->v[i] + 7, name, n) == 0 && list->v[i][7 + n] == ' ')
			return true;
	return false;
}

static void
add_packed(int common, size_t hexlen, struct strings *list)
{
	static const char prefix[] = "refs/heads/";
	char *buf, *line, *next, *name;
	size_t len;

	if (file_read(common, "packed-refs", PACKED_MAX, &buf, &len) == -1)
		return;
	for (line = buf; *line != '\0'; line = next) {
		next = line + strcspn(line, "\n");
		if (*next != '\0')
			*next++ = '\0';
		if (strlen(line) <= hexlen + strlen(prefix) || line[hexlen] != ' ' ||
		    strncmp(line + hexlen + 1, prefix, strlen(prefix)) != 0)
			continue;
		name = line + hexlen + 1 + strlen(prefix);
		line[hexlen] = '\0';
		if (!has_branch(list, name))
			entry(list, "branch", name, line);
	}
	free(buf);
}

char *
audit_snapshot(const struct git_repo *r, char *err, size_t errlen)
{
	struct strings list = { 0 };
	struct text t = { 0 };
	char head[512];
	int common, heads;

	if ((common = file_open_dir(AT_FDCWD, r->common)) == -1) {
		snprintf(err, errlen, "%s: %s", r->common, strerror(errno));
		return NULL;
	}
	add_hooks(common, &list);
	add_file(common, "config", true, &list);
	add_file(common, "config.worktree", true, &list);
	add_file(common, "info/attributes", false, &list);
	if (git_small_read(common, "HEAD", false, head, sizeof(head)) == 0)
		entry(&list, "head", "HEAD", head);
	heads = openat(common, "refs/heads", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (heads != -1)
		add_loose(heads, "", 0, &list);
	add_packed(common, r->hexlen, &list);
	close(common);
	qsort(list.v, list.n, sizeof(*list.v), by_text);
	for (size_t i = 0; i < list.n; i++)
		text_printf(&t, "%s\n", list.v[i]);
	text_puts(&t, "");
	strings_free(&list);
	return t.buf;
}
