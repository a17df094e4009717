/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "orchestrator/workspace/orch.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/json/record.h"
#include "proto/settings/settings.h"
#include "proto/sys/file.h"

#define DIRECTORY	".orchestrator"

int
orch_repo_files(struct orch *o, const char *commit, const char *const paths[], size_t n,
    char *out[], char *reason, size_t len)
{
	static const char *const argv[] = { "cat-file", "--batch", NULL };
	struct text in = { 0 };
	const char *p, *end;
	char *answer = NULL;
	size_t size = 0;
	struct git_blob b;
	struct git g;
	int r = -1;

	for (size_t i = 0; i < n; i++)
		out[i] = NULL;
	if (commit == NULL || commit[0] == '\0' || strcmp(commit, o->plain) == 0)
		return 0;
	text_printf(&in, "%s:" DIRECTORY "\n", commit);
	for (size_t i = 0; i < n; i++)
		text_printf(&in, "%s:" DIRECTORY "/%s\n", commit, paths[i]);
	if (orch_git(o, &g, reason, len) == -1 ||
	    git_run(&g, argv, in.buf, in.len, &answer, &size, NULL, reason, len) == -1)
		goto done;
	p = answer;
	end = answer + size;
	r = git_blob_next(&p, end, &b);
	if (r == 0 && b.missing)
		strlcpy(o->plain, commit, sizeof(o->plain));
	for (size_t i = 0; i < n && r == 0; i++)
		if ((r = git_blob_next(&p, end, &b)) == 0 && b.text != NULL)
			out[i] = strndup(b.text, b.len);
	if (r == -1)
		snprintf(reason, len, "git cat-file: commit %s: unexpected answer", commit);
done:
	if (r == -1)
		for (size_t i = 0; i < n; i++) {
			free(out[i]);
			out[i] = NULL;
		}
	free(answer);
	text_free(&in);
	return r;
}

static int
apply_user(struct settings *s)
{
	char reason[1024], *path = orch_user_config(), *real, *buf = NULL;
	size_t len;
	int status = 0;

	/* The user's own file may be a link. */
	if ((real = realpath(path, NULL)) == NULL) {
		if (errno != ENOENT && errno != ENOTDIR) {
			log_warn("%s", path);
			status = EX_CONFIG;
		}
	} else if (file_read(AT_FDCWD, real, RECORD_MAX, &buf, &len) == -1) {
		log_warn("%s", path);
		status = EX_CONFIG;
	} else if (settings_apply(s, path, buf, len, reason, sizeof(reason)) == -1) {
		log_warnx("%s", reason);
		status = EX_CONFIG;
	}
	free(buf);
	free(real);
	free(path);
	return status;
}

static void
warn_uncommitted(struct orch *o, const char *commit, const char *committed)
{
	char *path, *buf = NULL;
	size_t len;

	if (o->warned || o->repo.top == NULL)
		return;
	path = text_format("%s/" DIRECTORY "/config.json", o->repo.top);
	if (file_read(AT_FDCWD, path, RECORD_MAX, &buf, &len) == 0 &&
	    (committed == NULL || strcmp(committed, buf) != 0)) {
		log_warnx("%s in the work tree is not committed and not used yet; the settings come from commit %.12s: commit "
		    "the file to use it", path, commit);
		o->warned = true;
	}
	free(buf);
	free(path);
}

int
orch_settings(struct orch *o, const char *commit, struct settings *s)
{
	static const char *const config[] = { "config.json" };
	char reason[GIT_ERR], *text = NULL, *file;
	int status;

	settings_default(s);
	if ((status = apply_user(s)) != 0)
		goto fail;
	if (commit == NULL || commit[0] == '\0')
		return 0;
	status = EX_CONFIG;
	if (orch_repo_files(o, commit, config, 1, &text, reason, sizeof(reason)) == -1) {
		log_warnx("%s", reason);
		goto fail;
	}
	warn_uncommitted(o, commit, text);
	file = text_format("%.12s:" DIRECTORY "/config.json", commit);
	if ((text != NULL &&
	    settings_apply(s, file, text, strlen(text), reason, sizeof(reason)) == -1) ||
	    settings_check(s, text != NULL ? file : "settings", reason, sizeof(reason)) == -1)
		log_warnx("%s", reason);
	else
		status = 0;
	free(file);
	free(text);
	if (status == 0)
		return 0;
fail:
	settings_release(s);
	return status;
}
