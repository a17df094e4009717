/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "orchestrator/cli/init_fit.h"
#include "orchestrator/session/clients_here.h"
#include "orchestrator/workspace/cmd.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/json/json.h"
#include "proto/settings/settings.h"
#include "proto/sys/file.h"

/* Each commented-out entry is one line that ends with a comma, so that it counts without its comment mark. */
static const char head[] =
    "// Settings of orchestrator for this repository; orchestrator-config(5) lists them all.\n"
    "// They are read from the target's commit: a change counts once it is committed.\n"
    "// The commented-out entries are examples; the defaults work without any setting.\n"
    "{\n"
    "\t// The branch that approved work is merged into.  Default: the one checked out.\n"
    "\t// \"target\": \"main\",\n"
    "\n"
    "\t// Who approves: the review council (\"council\"), or the gates alone (\"gates\").\n"
    "\t// \"review\": \"council\",\n"
    "\n"
    "\t// The agents, by name.  Default: the first agent client on PATH does all roles.\n"
    "\t// \"agents\": { \"opus\": { \"adapter\": \"claude\", \"model\": \"opus\" } },\n";
static const char tail[] =
    "\t// How often rejected work, and work that fails a gate, goes back to the implementer.\n"
    "\t// \"rounds\": 2,\n"
    "\t// \"gate_tries\": 2,\n"
    "\n"
    "\t// Approved work that conflicts with the target: \"resolve\", \"retry\" or \"fail\".\n"
    "\t// \"merge\": { \"on_conflict\": \"resolve\" },\n"
    "\n"
    "\t// How many tasks of a list are done at the same time.\n"
    "\t// \"max_parallel\": 4,\n"
    "\n"
    "\t// How \"orchestrator execute\" answers questions; what is left goes to people.\n"
    "\t// \"answers\": { \"rules\": [ { \"match\": \"^May I \", \"answer\": \"yes\" } ] },\n"
    "\n"
    "\t// Environment of agents, setup and gates.\n"
    "\t// \"env\": { \"CI\": \"1\" },\n"
    "}\n";

static void
add_commands(struct text *t, const char *key, const struct strings *commands, const char *example)
{
	text_printf(t, "\t%s\"%s\": [ ", commands->n == 0 ? "// " : "", key);
	if (commands->n == 0)
		text_puts(t, example);
	for (size_t i = 0; i < commands->n; i++)
		text_printf(t, "%s\"%s\"", i > 0 ? ", " : "", commands->v[i]);
	text_puts(t, " ],\n\n");
}

/* Suggests a client for each role: a reviewer of another vendor sees what the author overlooks. */
static void
add_roles(struct text *t)
{
	const struct settings none = { 0 };
	struct strings here = { 0 };
	char *mix;

	clients_here(&none, &here);
	if (here.n > 1) {
		text_puts(t, "\t// On PATH:");
		for (size_t i = 0; i < here.n; i++)
			text_printf(t, "%s %s", i > 0 ? "," : "", here.v[i]);
		text_puts(t, ".  Each role can have its own.\n");
	} else if (here.n == 0)
		strings_add(&here, "claude");
	mix = clients_mix(&here);
	text_printf(t, "\t// \"roles\": %s,\n\n", mix);
	free(mix);
	strings_free(&here);
}

static void
make_file(struct text *t, const struct strings *setup, const struct strings *gates)
{
	text_puts(t, head);
	add_roles(t);
	text_puts(t, "\t// Run in the fresh worktree before the implementer.\n");
	add_commands(t, "setup", setup, "\"npm ci\"");
	text_puts(t, "\t// Must succeed before work is reviewed, and again on the merged tree.\n");
	add_commands(t, "gates", gates, "{ \"name\": \"tests\", \"command\": \"make check\", \"timeout\": 900 }");
	text_puts(t, tail);
}

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
show_commands(const char *key, const struct strings *commands)
{
	for (size_t i = 0; i < commands->n; i++)
		printf("%s%s", i == 0 ? key : ", ", commands->v[i]);
	if (commands->n > 0)
		putchar('\n');
}

static void
show(struct orch *o, const char *path, const struct strings *setup, const struct strings *gates)
{
	struct json *j;
	char *text;

	if (!o->json) {
		printf("%s\n", path);
		show_commands("setup: ", setup);
		show_commands("gates: ", gates);
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
	struct strings setup = { 0 }, gates = { 0 };
	struct text file = { 0 };
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
		init_fit(o->repo.top, &setup, &gates);
		make_file(&file, &setup, &gates);
		if (file_create(fd, "config.json", file.buf, file.len, 0) == -1)
			status = cannot(path);
		else
			show(o, path, &setup, &gates);
		close(fd);
		text_free(&file);
		strings_free(&setup);
		strings_free(&gates);
	}
	free(path);
	free(dir);
	return status;
}

const struct cmd cmd_init = COMMAND("init", "write a commented settings file that fits the repository", run, NO_ROWS);
