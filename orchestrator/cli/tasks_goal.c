/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/stat.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "orchestrator/cli/aside.h"
#include "orchestrator/cli/input.h"
#include "orchestrator/cli/tasks_goal.h"
#include "orchestrator/session/registry.h"
#include "orchestrator/source/tasks.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/json/json.h"
#include "proto/json/record.h"
#include "proto/plan/taskgraph.h"
#include "proto/record/item.h"
#include "proto/session/layout.h"
#include "proto/sys/file.h"

static const char plan[] =
    "Plan the work for the goal below.  Change no file: others do the work, each task in a worktree of its own, several at a "
    "time.  Read the repository, then give the plan, and nothing else, as your summary (worker summary): a JSON array of tasks "
    "with these members:\n"
    "\"id\" (letters, digits, \".\", \"_\", \"-\"), \"title\" (one line), \"description\" (all that its agent must know), "
    "\"acceptance\" (how to tell that it is done), \"depends_on\" (ids), \"allowed_paths\" (globs of all files that it may change), "
    "\"estimate\" (minutes), \"stream\" (id of a stream).\n"
    "Tasks that can be done at the same time are in different streams and share no paths.  A stream has 2 to 5 tasks.  What others "
    "build on comes first, in a stream \"foundation\".\n\n"
    "The goal:\n";

/* The text of the operand, which may name a file. */
static int
read_goal(const char *goal, char **text)
{
	struct stat st;
	int fd, rv;

	if (strcmp(goal, "-") == 0)
		return input_read(STDIN_FILENO, "--goal -", ITEM_MAX_TEXT - sizeof(plan), text);
	if (strpbrk(goal, " \t\n") != NULL || stat(goal, &st) == -1 || !S_ISREG(st.st_mode)) {
		*text = text_format("%s", goal);
		return 0;
	}
	if ((fd = file_open_path(AT_FDCWD, goal, O_RDONLY)) == -1) {
		log_warn("--goal %s", goal);
		return EX_NOINPUT;
	}
	rv = input_read(fd, goal, ITEM_MAX_TEXT - sizeof(plan), text);
	close(fd);
	return rv;
}

/* The first block between lines of ```, or all of it. */
static char *
without_fence(const char *text)
{
	const char *begin = strstr(text, "```"), *end;

	if (begin == NULL || (begin != text && begin[-1] != '\n') || (end = strstr(begin + 3, "\n```")) == NULL)
		return text_format("%s", text);
	begin += strcspn(begin, "\n");
	return text_format("%.*s", (int)(end - begin), begin);
}

/* Keeps the members that describe the work: the agent sets no place, limits or status. */
static char *
plain(const char *text, char *err, size_t errlen)
{
	static const char *const keys[] = { "id", "title", "description", "acceptance", "depends_on", "allowed_paths", "estimate",
		"stream" };
	struct json *j = json_parse(text, strlen(text), JSON_LARGE, err, errlen), *tasks = json_new_array(), *task;
	const struct json *list = json_kind(j) == JSON_OBJECT ? json_get(j, "tasks") : j, *v;
	char *out = NULL;

	if (j != NULL && (json_kind(list) != JSON_ARRAY || json_count(list) == 0))
		snprintf(err, errlen, "is not an array of tasks");
	else if (j != NULL) {
		for (size_t i = 0; i < json_count(list); i++) {
			task = json_new_object();
			for (size_t k = 0; k < sizeof(keys) / sizeof(keys[0]); k++)
				if ((v = json_get(json_at(list, i), keys[k])) != NULL)
					json_put(task, keys[k], json_copy(v));
			json_append(tasks, task);
		}
		out = json_text(tasks, false, NULL);
	}
	json_free(tasks);
	json_free(j);
	return out;
}

static int
check_plan(const struct tasklist *l, const char *path)
{
	struct taskgraph g = { 0 };
	char why[RECORD_ERR];
	int rv = taskgraph_make(&g, l, why, sizeof(why));

	if (rv == -1)
		log_warnx("%s: %s; correct it, then run tasks create --from with it", path, why);
	taskgraph_release(&g);
	return rv == -1 ? EX_DATAERR : 0;
}

/* Reads the plan of a session that succeeded, and discards the session. */
static int
take_plan(struct orch *o, struct entry *e, struct tasklist *l)
{
	char *path = text_format("%s/" SESSION_FILE_SUMMARY, e->path), *summary, *text, *tasks, why[RECORD_ERR];
	size_t len;
	int rv = EX_NEGATIVE;

	if (file_read(AT_FDCWD, path, SESSION_MAX_TEXT, &summary, &len) == -1)
		log_warnx("session %s has no plan; orchestrator logs %s shows what its agent said", e->id, e->id);
	else {
		text = without_fence(summary);
		if ((tasks = plain(text, why, sizeof(why))) == NULL) {
			log_warnx("%s: %s; correct it, then run tasks create --from with it", path, why);
			rv = EX_DATAERR;
		} else if ((rv = tasks_import(l, path, tasks, strlen(tasks))) == 0 && (rv = check_plan(l, path)) == 0)
			aside_discard(o, e);
		free(tasks);
		free(text);
		free(summary);
	}
	free(path);
	return rv;
}

int
tasks_goal(struct orch *o, const char *goal, const char *agent, struct tasklist *l)
{
	struct item item = { .id = "plan-a-goal" };
	struct entry e;
	char *words;
	int rv;

	if ((rv = read_goal(goal, &words)) != 0)
		return rv;
	item.title = text_format("Plan a goal");
	item.description = text_format("%s%s", plan, words);
	if (!text_utf8_valid(words, strlen(words)) || strlen(item.description) > ITEM_MAX_TEXT) {
		log_warnx("--goal: must be UTF-8 text of up to %zu bytes", ITEM_MAX_TEXT - sizeof(plan));
		rv = EX_DATAERR;
	} else if ((rv = aside_run(o, &item, agent, &e)) == 0 || rv == EX_NEGATIVE) {
		if (rv == 0)
			rv = take_plan(o, &e, l);
		else
			log_warnx("the planning session %s is %s: orchestrator show %s says why", e.id,
			    status_name(e.state.status), e.id);
		entry_release(&e);
	}
	item_release(&item);
	free(words);
	return rv;
}
