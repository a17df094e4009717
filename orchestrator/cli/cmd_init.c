/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "orchestrator/workspace/cmd.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/json/json.h"
#include "proto/sys/file.h"

static const char template[] =
    "// Settings of orchestrator for this repository; orchestrator-config(5) lists them all.\n"
    "// They are read from the target's commit: a change counts once it is committed.\n"
    "// The commented-out lines are examples; the defaults work without any setting.\n"
    "{\n"
    "\t// The branch that approved work is merged into.  Default: the one checked out.\n"
    "\t// \"target\": \"main\",\n"
    "\n"
    "\t// Who approves: the review council (\"council\"), or the gates alone (\"gates\").\n"
    "\t// \"review\": \"council\",\n"
    "\n"
    "\t// The agents, by name.  Default: the first agent client on PATH does all roles.\n"
    "\t// \"agents\": {\n"
    "\t// \t\"opus\": { \"adapter\": \"claude\", \"model\": \"opus\" },\n"
    "\t// \t\"formatter\": { \"adapter\": \"command\", \"command\": [\"make\", \"fmt\"] }\n"
    "\t// },\n"
    "\t// \"roles\": { \"implementer\": \"opus\", \"reviewer\": \"opus\", \"tech-lead\": \"opus\" },\n"
    "\n"
    "\t// Run in the fresh worktree before the implementer.\n"
    "\t// \"setup\": [\"npm ci\"],\n"
    "\n"
    "\t// Must succeed before work is reviewed, and again on the merged tree.\n"
    "\t// \"gates\": [\n"
    "\t// \t{ \"name\": \"tests\", \"command\": \"make check\", \"timeout\": 900 },\n"
    "\t// \t\"make lint\"\n"
    "\t// ],\n"
    "\n"
    "\t// How often rejected work, and work that fails a gate, goes back to the implementer.\n"
    "\t// \"rounds\": 2,\n"
    "\t// \"gate_tries\": 2,\n"
    "\n"
    "\t// Approved work that conflicts with the target: \"fail\", \"retry\" or \"resolve\".\n"
    "\t// \"merge\": { \"on_conflict\": \"fail\" },\n"
    "\n"
    "\t// How \"orchestrator execute\" answers questions; what is left goes to people.\n"
    "\t// \"answers\": {\n"
    "\t// \t\"rules\": [ { \"match\": \"^May I \", \"answer\": \"yes\" } ],\n"
    "\t// \t\"command\": [\"./answer-questions\"]\n"
    "\t// },\n"
    "\n"
    "\t// Environment of agents, setup and gates.\n"
    "\t// \"env\": { \"CI\": \"1\" }\n"
    "}\n";

static int
cannot(const char *path)
{
	if (errno == EEXIST) {
		log_warnx("%s: exists already; edit it", path);
		return EX_CANTCREAT;
	}
	log_warn("%s", path);
	return orch_status(errno);
}

static void
show(struct orch *o, const char *path)
{
	struct json *j;
	char *text;

	if (!o->json) {
		printf("%s\n", path);
		printf("Edit it, then commit it: settings count from the commit that holds them.\n");
		return;
	}
	j = json_new_object();
	json_put_int(j, "version", 1);
	json_put_str(j, "path", path);
	text = json_text(j, true, NULL);
	fputs(text, stdout);
	free(text);
	json_free(j);
}

static int
run(struct orch *o, void *arguments)
{
	char *dir, *path;
	int fd, status = 0;

	(void)arguments;
	if ((status = orch_open(o)) != 0)
		return status;
	if (o->repo.top == NULL) {
		log_warnx("%s: a bare repository has no work tree to write settings into; commit "
		    ".orchestrator/config.json from a clone", o->repo.common);
		return EX_CANTCREAT;
	}
	dir = text_format("%s/.orchestrator", o->repo.top);
	path = text_format("%s/config.json", dir);
	if (mkdir(dir, 0777) == -1 && errno != EEXIST)
		status = cannot(dir);
	else if ((fd = file_open_dir(AT_FDCWD, dir)) == -1)
		status = cannot(dir);
	else {
		if (file_create(fd, "config.json", template, strlen(template), 0) == -1)
			status = cannot(path);
		else
			show(o, path);
		close(fd);
	}
	free(path);
	free(dir);
	return status;
}

const struct cmd cmd_init = COMMAND("init", "write a commented settings file", run, NO_ROWS);
