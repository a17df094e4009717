/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/base/strings.h"
#include "proto/json/json.h"
#include "proto/sys/file.h"
#include "worker/agent/claude_screen.h"
#include "worker/agent/event.h"

#define CONFIG		".claude.json"
#define CONFIG_MAX	(64u << 20)
#define KEY_END		20	/* characters at the end of a key, by which the client knows it */

/* Members of .claude.json without which the client asks before the first turn: what it is, whether the directory is
 * trusted, whether the key may be used, and, of old versions, whether it may skip permissions. */
static void
put_accepted(struct json *o, const char *dir, const char *key)
{
	const struct json *was = json_get(o, "projects"), *one = json_get(was, dir);
	struct json *projects = json_kind(was) == JSON_OBJECT ? json_copy(was) : json_new_object();
	struct json *project = json_kind(one) == JSON_OBJECT ? json_copy(one) : json_new_object();
	struct json *keys = json_new_object(), *approved = json_new_array();

	json_put_bool(o, "hasCompletedOnboarding", true);
	json_put_bool(o, "bypassPermissionsModeAccepted", true);
	json_put_bool(project, "hasTrustDialogAccepted", true);
	json_put(projects, dir, project);
	json_put(o, "projects", projects);
	if (key != NULL)
		json_append(approved, json_new_string(strlen(key) > KEY_END ? key + strlen(key) - KEY_END : key));
	json_put(keys, "approved", approved);
	json_put(o, "customApiKeyResponses", keys);
}

void
claude_screen(struct strings *argv, const struct strings *env, const char *dir)
{
	const char *home = strings_value(env, "CLAUDE_CONFIG_DIR"), *key = strings_value(env, "ANTHROPIC_API_KEY");
	int fd = home != NULL ? file_open_dir(AT_FDCWD, home) : -1;
	struct json *o = NULL;
	char *buf, why[160];
	size_t len;

	/* it has recorded in the headless run that there is nothing to take over from .claude.json */
	event_option(argv, "--settings", "{\"skipDangerousModePermissionPrompt\":true}");
	if (fd == -1)
		return;
	if (file_read(fd, CONFIG, CONFIG_MAX, &buf, &len) == 0) {
		o = json_parse(buf, len, JSON_LARGE, why, sizeof(why));
		free(buf);
	} else if (errno == ENOENT)
		o = json_new_object();
	if (o != NULL && json_kind(o) == JSON_OBJECT) {
		put_accepted(o, dir, key != NULL ? key : getenv("ANTHROPIC_API_KEY"));
		buf = json_text(o, false, &len);
		(void)file_replace(fd, CONFIG, buf, len, 0);
		free(buf);
	}
	json_free(o);
	close(fd);
}
