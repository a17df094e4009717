/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "orchestrator/cli/skill.h"
#include "orchestrator/view/show.h"
#include "orchestrator/workspace/cmd.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/json/json.h"
#include "proto/sys/file.h"

#define NAME	"session-orchestrator"
#define FILE_NAME "SKILL.md"
#define OLD_MAX	(1u << 20)

/* claude reads the first, codex, gemini and opencode the second. */
static const struct { const char *variable, *below, *dir; } places[] = {
	{ "CLAUDE_CONFIG_DIR", "skills", ".claude/skills" },
	{ NULL, NULL, ".agents/skills" },
};

enum outcome { WRITTEN, UNCHANGED, KEPT, FAILED };
static const char *const outcomes[] = { "written", "unchanged", "kept", "failed" };

/* In a directory that the user has named or owns: links in its path are followed, but not the file itself. */
static enum outcome
install(const char *dir, const struct text *skill, bool force)
{
	char *old;
	size_t len;
	int fd;
	bool same;

	if ((fd = file_make_dirs(dir) == -1 ? -1 : file_find_dir(AT_FDCWD, dir)) == -1) {
		log_warn("%s", dir);
		return FAILED;
	}
	if (file_read(fd, FILE_NAME, OLD_MAX, &old, &len) == 0) {
		same = len == skill->len && memcmp(old, skill->buf, len) == 0;
		free(old);
		if (same || !force) {
			close(fd);
			return same ? UNCHANGED : KEPT;
		}
	} else if (errno != ENOENT && !force) {
		log_warn("%s/" FILE_NAME, dir);
		close(fd);
		return KEPT;
	}
	if (file_replace(fd, FILE_NAME, skill->buf, skill->len, 0) == -1) {
		log_warn("%s/" FILE_NAME, dir);
		close(fd);
		return FAILED;
	}
	close(fd);
	return WRITTEN;
}

static void
print(struct json *files, const char *dir, enum outcome outcome)
{
	struct json *one;

	if (files != NULL) {
		one = json_new_object();
		json_put_str(one, "path", dir);
		json_put_str(one, "outcome", outcomes[outcome]);
		json_append(files, one);
	} else if (outcome == WRITTEN || outcome == UNCHANGED)
		printf("%s/" FILE_NAME ": %s\n", dir, outcomes[outcome]);
	if (outcome == KEPT)
		log_warnx("%s/" FILE_NAME " differs and is kept; --force replaces it", dir);
}

/* The directory for one of the places, malloced. */
static char *
directory(size_t place, const char *top)
{
	const char *variable = places[place].variable != NULL ? getenv(places[place].variable) : NULL;

	if (top == NULL && variable != NULL && *variable != '\0')
		return text_format("%s/%s/" NAME, variable, places[place].below);
	return text_format("%s/%s/" NAME, top != NULL ? top : getenv("HOME"), places[place].dir);
}

struct arguments { bool user, project, force; };
static const struct option_row rows[] = {
	OPT_FLAG(struct arguments, user, 0, "user", "for all repositories, in the home directory (the default)"),
	OPT_FLAG(struct arguments, project, 0, "project", "in the work tree of this repository"),
	OPT_FLAG(struct arguments, force, 0, "force", "replace a file that differs"),
};
static const struct cmd cmd_skill_install;

static int
run(struct orch *o, void *arguments)
{
	const struct arguments *a = arguments;
	struct json *j = NULL, *files = NULL;
	struct text skill = { 0 };
	enum outcome outcome;
	char *dir;
	int rv = 0;

	if (a->user && a->project)
		return option_error(&cmd_skill_install.syntax, "give --user or --project");
	if (a->project && (rv = orch_open(o)) != 0)
		return rv;
	if (a->project ? o->repo.top == NULL : getenv("HOME") == NULL) {
		log_warnx(a->project ? "a bare repository has no work tree" : "HOME is not set");
		return EX_CANTCREAT;
	}
	for (size_t i = 0; skill_lines[i] != NULL; i++)
		text_puts(&skill, skill_lines[i]);
	if (o->json)
		files = json_new_array();
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		dir = directory(i, a->project ? o->repo.top : NULL);
		outcome = install(dir, &skill, a->force);
		print(files, dir, outcome);
		if (outcome == KEPT || outcome == FAILED)
			rv = EX_CANTCREAT;
		free(dir);
	}
	if (o->json) {
		j = json_new_object();
		json_put_int(j, "version", 1);
		json_put(j, "files", files);
		show_json(j);
	}
	text_free(&skill);
	return rv;
}

static const struct cmd cmd_skill_install = COMMAND("skill install",
    "install the skill that teaches claude, codex, gemini and opencode to use orchestrator", run,
    OPTION_ROWS(rows, struct arguments));

static const struct syntax *const commands[] = { &cmd_skill_install.syntax, NULL };

const struct cmd cmd_skill = COMMAND("skill", "install the skill for agents that use orchestrator", NULL, .sub = commands);
