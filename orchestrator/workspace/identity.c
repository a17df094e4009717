/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/stat.h>

#include <ctype.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "orchestrator/workspace/identity.h"
#include "proto/base/text.h"
#include "proto/git/git.h"
#include "proto/json/json.h"
#include "proto/session/layout.h"
#include "proto/sys/file.h"

#define RECORD		"orchestrator.json"
#define RECORD_MAX	16384

/* FNV-1a: short, and the same on every machine and in every version. */
static uint64_t
path_hash(const char *s)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (; *s != '\0'; s++)
		h = (h ^ (unsigned char)*s) * UINT64_C(0x100000001b3);
	return h;
}

static char *
name_by_path(const struct git_repo *repo)
{
	const char *path = repo->top != NULL ? repo->top : repo->common, *base;
	char name[65];

	base = strrchr(path, '/');
	base = base != NULL && base[1] != '\0' ? base + 1 : "root";
	strlcpy(name, base, sizeof(name));
	for (char *p = name; *p != '\0'; p++)
		if (!isascii((unsigned char)*p) || (!isalnum((unsigned char)*p) &&
		    (p == name || strchr("._-", *p) == NULL)))
			*p = '_';
	return text_format("%s-%016" PRIx64, name, path_hash(repo->common));
}

static bool
is_name(const char *s)
{
	return *s != '.' && *s != '\0' && strlen(s) < 128 &&
	    s[strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")] == '\0';
}

static struct json *
read_record(const struct git_repo *repo)
{
	char *path = text_format("%s/" RECORD, repo->common), *text = NULL, why[128];
	struct json *j = NULL;
	size_t len;

	if (file_read(AT_FDCWD, path, RECORD_MAX, &text, &len) == 0)
		j = json_parse(text, len, 0, why, sizeof(why));
	free(text);
	free(path);
	if (json_str(j, "workspace") != NULL && is_name(json_str(j, "workspace")) && json_str(j, "path") != NULL &&
	    json_str(j, "path")[0] == '/')
		return j;
	json_free(j);
	return NULL;
}

/* The directory that is, or was, the top of the recorded git directory. */
static char *
place_of(const char *common)
{
	size_t n = strlen(common);

	return n > 5 && strcmp(common + n - 5, "/.git") == 0 ? text_format("%.*s", (int)(n - 5), common) :
	    text_format("%s", common);
}

static bool
is_recorded(const struct json *record, const struct stat *here)
{
	return json_int(record, "device", -1) == (int64_t)here->st_dev && json_int(record, "inode", -1) == (int64_t)here->st_ino;
}

/* Was the repository moved away from the recorded path, and is its workspace still there? */
static bool
is_moved(const struct json *record, const struct stat *here, const char *home)
{
	char *old = text_format("%s/" STATE_WORKSPACES "/%s", home, json_str(record, "workspace"));
	bool moved = is_recorded(record, here) && access(old, F_OK) == 0;

	free(old);
	return moved;
}

char *
identity_find(const struct git_repo *repo, const char *home, char *err, size_t errlen)
{
	char *name = name_by_path(repo), *from, *to;
	struct json *record = read_record(repo);
	const char *recorded = json_str(record, "workspace");
	struct stat here, there;

	if (recorded == NULL || strcmp(recorded, name) == 0 || stat(repo->common, &here) == -1) {
		json_free(record);
		return name;
	}
	if (stat(json_str(record, "path"), &there) == 0) {
		if (there.st_dev == here.st_dev && there.st_ino == here.st_ino) {
			free(name);
			name = text_format("%s", recorded);
		}
	} else if (is_moved(record, &here, home)) {
		from = place_of(json_str(record, "path"));
		to = place_of(repo->common);
		snprintf(err, errlen, "this repository was moved from %s, where its sessions and task lists are: move it back, or "
		    "let the old path lead here (ln -s %s %s); without %s/" RECORD " it begins with none", from, to, from,
		    repo->common);
		free(from);
		free(to);
		free(name);
		name = NULL;
	}
	json_free(record);
	return name;
}

char *
identity_recorded(const struct git_repo *repo)
{
	struct json *record = read_record(repo);
	struct stat here;
	char *name = NULL;

	/* The device of a disk may have another number after a reboot. */
	if (record != NULL && stat(repo->common, &here) == 0 &&
	    (strcmp(json_str(record, "path"), repo->common) == 0 || is_recorded(record, &here)))
		name = text_format("%s", json_str(record, "workspace"));

	json_free(record);
	return name;
}

void
identity_record(const struct git_repo *repo, const char *name)
{
	struct json *record = read_record(repo);
	struct stat here;
	char *text;
	size_t len;
	int fd;

	if (stat(repo->common, &here) == 0 && (record == NULL || strcmp(json_str(record, "workspace"), name) != 0 ||
	    !is_recorded(record, &here)) && (fd = file_open_dir(AT_FDCWD, repo->common)) != -1) {
		json_free(record);
		record = json_new_object();
		json_put_int(record, "version", 1);
		json_put_str(record, "workspace", name);
		json_put_str(record, "path", repo->common);
		json_put_int(record, "device", (int64_t)here.st_dev);
		json_put_int(record, "inode", (int64_t)here.st_ino);
		text = json_text(record, true, &len);
		(void)file_replace(fd, RECORD, text, len, 0);
		free(text);
		close(fd);
	}
	json_free(record);
}

void
identity_note(const struct git_repo *repo, const char *workspace)
{
	char *line = text_format("%s\n", repo->common), *known = NULL;
	int fd = file_open_dir(AT_FDCWD, workspace);
	size_t len;

	if (fd != -1 && (file_read(fd, STATE_REPOSITORY, RECORD_MAX, &known, &len) == -1 || strcmp(known, line) != 0))
		(void)file_replace(fd, STATE_REPOSITORY, line, strlen(line), 0);
	free(known);
	free(line);
	file_close(fd);
}
