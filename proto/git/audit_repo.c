/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/base/fault.h"
#include "proto/base/text.h"
#include "proto/git/audit.h"
#include "proto/git/git_internal.h"
#include "proto/sys/dir.h"
#include "proto/sys/file.h"

#define CONFIG_MAX	(1u << 20)
#define PACKED_MAX	(64u << 20)
#define DEPTH_MAX	32

/*
 * A snapshot is a list of lines "KIND NAME VALUE", sorted by kind and name, with
 * blanks in names as \040.
 */

struct snapshot {
	struct strings	 list;
	int		 error;		/* errno when something could not be read now, but perhaps can later */
};

/* A read failure must be kept apart from an absent file, or it would look like a change. */
static void
unsure(struct snapshot *s)
{
	if (fault_passes(errno))
		s->error = errno;
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void
entry(struct snapshot *s, const char *kind, const char *name, const char *value)
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
	strings_add(&s->list, t.buf);
	text_free(&t);
}

/* SHA-256 in hexadecimal digits. */
static void
digest(const char *buf, size_t len, char out[SHA256_DIGEST_STRING_LENGTH])
{
	SHA256Data((const uint8_t *)buf, len, out);
}

/* Hashes type and contents, not the time: a restored repository counts as unchanged.  An unreadable hook is
 * identified by its place and time. */
static void
hook_value(struct snapshot *s, int dirfd, const char *name, const struct stat *st, char *value, size_t size)
{
	char *buf, sum[SHA256_DIGEST_STRING_LENGTH], target[PATH_MAX];
	ssize_t n = -1;
	size_t len;

	errno = 0;	/* only files and links are read */
	if (S_ISLNK(st->st_mode) && (n = readlinkat(dirfd, name, target, sizeof(target))) != -1)
		digest(target, (size_t)n, sum);
	else if (S_ISREG(st->st_mode) && file_read(dirfd, name, CONFIG_MAX, &buf, &len) == 0) {
		digest(buf, len, sum);
		free(buf);
	} else {
		unsure(s);
		snprintf(value, size, "%o %llu %lld.%09ld", (unsigned)st->st_mode,
		    (unsigned long long)st->st_ino, (long long)st->st_ctim.tv_sec,
		    (long)st->st_ctim.tv_nsec);
		return;
	}
	snprintf(value, size, "%o %s", (unsigned)st->st_mode, sum);
}

static void
add_hooks(struct snapshot *s, int common)
{
	DIR *d = dir_take(file_find_dir(common, "hooks"));
	char value[160];
	struct dirent *de;
	struct stat st;

	if (d == NULL)
		unsure(s);
	while ((de = dir_next(d)) != NULL) {
		if (file_stat(dirfd(d), de->d_name, &st) == -1)
			continue;
		hook_value(s, dirfd(d), de->d_name, &st, value, sizeof(value));
		entry(s, "hook", de->d_name, value);
	}
	dir_close(d);
}

static void
add_file(struct snapshot *s, int common, const char *name, bool config)
{
	char *buf, *part, sum[SHA256_DIGEST_STRING_LENGTH] = "unreadable";
	size_t len;

	if (file_read(common, name, CONFIG_MAX, &buf, &len) == -1) {
		unsure(s);
		if (errno != ENOENT && errno != ENOTDIR)
			entry(s, "config", name, sum);
		return;
	}
	part = config && strlen(buf) == len ? audit_config(buf) : NULL;
	if (part != NULL)
		digest(part, strlen(part), sum);
	else
		digest(buf, len, sum);
	free(part);
	free(buf);
	entry(s, "config", name, sum);
}

static void
add_loose(struct snapshot *s, int dirfd, const char *prefix, int depth)
{
	char name[512], oid[OID_MAX + 8];
	struct dirent *de;
	int sub;
	DIR *d = dir_take(dirfd);

	if (d == NULL)
		unsure(s);
	while ((de = dir_next(d)) != NULL) {
		if (de->d_name[0] == '.' || (size_t)snprintf(name, sizeof(name), "%s%s", prefix,
		    de->d_name) >= sizeof(name) - 1)
			continue;
		if (de->d_type != DT_DIR) {
			if (git_small_read(dirfd, de->d_name, false, oid, sizeof(oid)) == 0)
				entry(s, "branch", name, oid);
			else
				unsure(s);
			continue;
		}
		sub = file_open_dir(dirfd, de->d_name);
		strlcat(name, "/", sizeof(name));
		if (sub != -1 && depth < DEPTH_MAX)
			add_loose(s, sub, name, depth + 1);
		else if (sub != -1)
			close(sub);
		else
			unsure(s);
	}
	dir_close(d);
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
add_packed(struct snapshot *s, int common, size_t hexlen)
{
	static const char prefix[] = "refs/heads/";
	char *buf, *line, *next, *name;
	size_t len;

	if (file_read(common, "packed-refs", PACKED_MAX, &buf, &len) == -1) {
		unsure(s);
		return;
	}
	for (line = buf; *line != '\0'; line = next) {
		next = line + strcspn(line, "\n");
		if (*next != '\0')
			*next++ = '\0';
		if (strlen(line) <= hexlen + strlen(prefix) || line[hexlen] != ' ' ||
		    strncmp(line + hexlen + 1, prefix, strlen(prefix)) != 0)
			continue;
		name = line + hexlen + 1 + strlen(prefix);
		line[hexlen] = '\0';
		if (!has_branch(&s->list, name))
			entry(s, "branch", name, line);
	}
	free(buf);
}

char *
audit_snapshot(const struct git_repo *r, char *err, size_t errlen)
{
	struct snapshot s = { 0 };
	struct text t = { 0 };
	char head[512];
	int common, heads;

	if ((common = file_open_dir(AT_FDCWD, r->common)) == -1) {
		git_fail_errno(err, errlen, "%s", r->common);
		return NULL;
	}
	add_hooks(&s, common);
	add_file(&s, common, "config", true);
	add_file(&s, common, "config.worktree", true);
	add_file(&s, common, "info/attributes", false);
	if (git_small_read(common, "HEAD", false, head, sizeof(head)) == 0)
		entry(&s, "head", "HEAD", head);
	else
		unsure(&s);
	heads = file_find_dir(common, "refs/heads");
	if (heads != -1)
		add_loose(&s, heads, "", 0);
	else
		unsure(&s);
	add_packed(&s, common, r->hexlen);
	close(common);
	qsort(s.list.v, s.list.n, sizeof(*s.list.v), by_text);
	for (size_t i = 0; i < s.list.n; i++)
		text_printf(&t, "%s\n", s.list.v[i]);
	text_puts(&t, "");
	strings_free(&s.list);
	if (s.error == 0)
		return t.buf;
	text_free(&t);
	errno = s.error;
	git_fail_errno(err, errlen, "%s: its hooks, configuration and branches can't be read", r->common);
	return NULL;
}
