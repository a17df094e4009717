/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <stdio.h>
#include <string.h>

#include "proto/base/pattern.h"
#include "proto/base/text.h"
#include "proto/settings/clients.h"
#include "proto/settings/commit_text.h"
#include "proto/settings/quiet_hours.h"
#include "proto/settings/settings.h"
#include "proto/settings/settings_keys.h"

#define MAX_NAMES	64

bool
branch_valid(const char *s)
{
	size_t n = strlen(s);

	if (n == 0 || n > 255 || s[0] == '-' || s[0] == '/' || s[n - 1] == '/' ||
	    s[n - 1] == '.' || strcmp(s, "@") == 0 || strcmp(s, "HEAD") == 0)
		return (false);
	for (size_t i = 0; i < n; i++) {
		bool start = i == 0 || s[i - 1] == '/';
		const char *end = strchrnul(s + i, '/');

		if ((unsigned char)s[i] <= ' ' || s[i] == 0x7f || strchr("~^:?*[\\", s[i]) != NULL)
			return (false);
		if ((s[i] == '.' && (start || s[i + 1] == '.')) || (s[i] == '/' && start) ||
		    (s[i] == '@' && s[i + 1] == '{'))
			return (false);
		if (end - (s + i) == 5 && strncmp(s + i, ".lock", 5) == 0)
			return (false);
	}
	return (text_utf8_valid(s, n));
}

static int
no_such(const char *file, const char *path, const char *what, const char *name,
    const char *const *names, size_t n, char *err, size_t errlen)
{
	const char *near = text_nearest(name, names, n);
	char shown[KEYS_PATH];

	keys_path(shown, "", name);
	snprintf(err, errlen, "%s: \"%s\": unknown %s \"%s\"", file, path, what, shown);
	if (near != NULL) {
		strlcat(err, "; did you mean \"", errlen);
		strlcat(err, near, errlen);
		strlcat(err, "\"?", errlen);
	}
	return (-1);
}

static int
check_agent(const struct agent *a, const char *file, char *err, size_t errlen)
{
	const char *names[MAX_NAMES] = { ADAPTER_COMMAND, ADAPTER_ACP };
	bool command = strcmp(a->adapter, ADAPTER_COMMAND) == 0 || strcmp(a->adapter, ADAPTER_ACP) == 0;
	char path[128];
	size_t n = 2;

	if (strcmp(a->name, SETTINGS_PERSON) == 0) {
		snprintf(err, errlen, "%s: \"agents." SETTINGS_PERSON "\": this name stands for a person; give the agent another one",
		    file);
		return (-1);
	}
	if (!command && client_of_adapter(a->adapter) == NULL) {
		for (size_t i = 0; i < nclients && n < MAX_NAMES; i++)
			if (clients[i].adapter)
				names[n++] = clients[i].name;
		snprintf(path, sizeof(path), "agents.%s.adapter", a->name);
		return (no_such(file, path, "adapter", a->adapter, names, n, err, errlen));
	}
	if (command && a->command.n == 0) {
		snprintf(err, errlen, "%s: \"agents.%s.command\" is missing; the adapter \"%s\" "
		    "needs the command to run", file, a->name, a->adapter);
		return (-1);
	}
	if (a->client != NULL && client_of(a) == NULL) {
		for (n = 0; n < nclients && n < MAX_NAMES; n++)
			names[n] = clients[n].name;
		snprintf(path, sizeof(path), "agents.%s.client", a->name);
		return (no_such(file, path, "client", a->client, names, n, err, errlen));
	}
	return (0);
}

static int
check_roles(const struct settings *s, const char *file, char *err, size_t errlen)
{
	const char *names[MAX_NAMES];
	char path[64];
	size_t n = 0;

	for (; n < s->nagents && n < MAX_NAMES; n++)
		names[n] = s->agents[n].name;
	for (int role = ROLE_IMPLEMENTER; role < ROLE_COUNT; role++) {
		if (role == ROLE_REVIEWER && s->role[role] != NULL && strcmp(s->role[role], SETTINGS_PERSON) == 0)
			continue;
		if (s->role[role] == NULL || settings_agent(s, s->role[role]) != NULL)
			continue;
		snprintf(path, sizeof(path), "roles.%s", role_name(role));
		return (no_such(file, path, "agent", s->role[role], names, n, err, errlen));
	}
	return (0);
}

/* A branch named like a directory of all branches has no room in git, so the prefix is directories. */
static bool
prefix_valid(const char *prefix)
{
	size_t n = strlen(prefix);
	char branch[80];

	return n > 1 && prefix[n - 1] == '/' &&
	    (size_t)snprintf(branch, sizeof(branch), "%sitem/1", prefix) < sizeof(branch) && branch_valid(branch);
}

static bool
directory_valid(const char *path)
{
	size_t len;

	if (path[0] == '\0' || (path[0] == '~' && path[1] != '/'))
		return false;
	for (const char *p = path; *p != '\0'; p += len + (p[len] == '/')) {
		len = strcspn(p, "/");
		if (len == 4 && memcmp(p, ".git", 4) == 0)
			return false;
		for (size_t i = 0; i < len; i++)
			if ((unsigned char)p[i] < 0x20 || p[i] == 0x7f)
				return false;
	}
	return true;
}

static int
check_template(const char *template, const char *path, const char *file, char *err, size_t errlen)
{
	const char *near;
	char name[64];

	if (template == NULL || commit_text_check(template, name, &near) == 0)
		return (0);
	return (no_such(file, path, "variable", name, &near, near != NULL, err, errlen));
}

static int
check_rules(const struct rule *v, size_t n, const char *key, const char *file, char *err, size_t errlen)
{
	struct pattern *p;
	char why[160];

	for (size_t i = 0; i < n; i++) {
		if ((p = pattern_new(v[i].match, why, sizeof(why))) == NULL) {
			snprintf(err, errlen, "%s: \"answers.%s[%zu].match\" is not a regular "
			    "expression: %s", file, key, i, why);
			return (-1);
		}
		pattern_free(p);
	}
	return (0);
}

int
settings_check(const struct settings *s, const char *file, char *err, size_t errlen)
{
	struct quiet_hours quiet;

	if (s->target != NULL && !branch_valid(s->target)) {
		snprintf(err, errlen, "%s: \"target\" must be the name of a branch", file);
		return (-1);
	}
	if (check_template(s->merge_message, "merge.message", file, err, errlen) == -1 ||
	    check_template(s->commit_message, "commit_message", file, err, errlen) == -1)
		return (-1);
	if (s->branch_prefix != NULL && !prefix_valid(s->branch_prefix)) {
		snprintf(err, errlen, "%s: \"branch_prefix\" must be the beginning of a branch's name and end with \"/\", such as "
		    "\"agents/\"", file);
		return (-1);
	}
	if (s->worktrees != NULL && !directory_valid(s->worktrees)) {
		snprintf(err, errlen, "%s: \"worktree.directory\" must be an absolute path, one below \"~/\", or one from the top "
		    "of the repository, outside of .git", file);
		return (-1);
	}
	if (s->quiet != NULL && quiet_hours_parse(s->quiet, &quiet) == -1) {
		snprintf(err, errlen, "%s: \"notices.quiet\" must be two times of the day, such as \"22:00-07:00\"", file);
		return (-1);
	}
	for (size_t i = 0; i < s->nagents; i++)
		if (check_agent(&s->agents[i], file, err, errlen) == -1)
			return (-1);
	if (check_roles(s, file, err, errlen) == -1 ||
	    confine_check(s, file, err, errlen) == -1)
		return (-1);
	if (check_rules(s->rules, s->nrules, "rules", file, err, errlen) == -1 ||
	    check_rules(s->defaults, s->ndefaults, "default", file, err, errlen) == -1)
		return (-1);
	return (0);
}
