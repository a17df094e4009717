/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "orchestrator/session/clients_here.h"
#include "orchestrator/session/plan.h"
#include "orchestrator/session/spawn.h"
#include "orchestrator/workspace/program.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/settings/clients.h"
#include "proto/settings/settings.h"

static const char *
last_path(const struct strings *env, const char *path)
{
	for (size_t i = 0; i < env->n; i++)
		if (strncmp(env->v[i], "PATH=", 5) == 0)
			path = env->v[i] + 5;
	return path;
}

/* The program of an agent; NULL when a shell runs it. */
static const char *
program_of(const struct agent *a)
{
	const struct client *c = client_of_adapter(a->adapter);

	if (a->command.n > 0)
		return a->command.n == 1 && strpbrk(a->command.v[0], " \t\n") != NULL ? NULL :
		    a->command.v[0];
	return c != NULL ? c->name : NULL;
}

static void
set_role(struct settings *s, enum role role, const char *agent)
{
	char *name = text_format("%s", agent);

	free(s->role[role]);
	s->role[role] = name;
}

/* Adds an agent with this name, replacing any old one. */
static struct agent *
add_agent(struct settings *s, const char *name, const char *adapter)
{
	struct agent *a = NULL;

	for (size_t i = 0; i < s->nagents; i++)
		if (strcmp(s->agents[i].name, name) == 0)
			a = &s->agents[i];
	if (a == NULL) {
		a = reallocarray(s->agents, s->nagents + 1, sizeof(*a));
		if (a == NULL)
			err(EX_OSERR, NULL);
		s->agents = a;
		a = &s->agents[s->nagents++];
	} else
		agent_release(a);
	memset(a, 0, sizeof(*a));
	a->name = text_format("%s", name);
	a->adapter = text_format("%s", adapter);
	return a;
}

/* The first installed client, as an agent; NULL when there is none. */
static const char *
find_client(const struct settings *s)
{
	const struct agent *a = NULL;
	struct strings here = { 0 };

	clients_here(s, &here);
	for (size_t i = 0; i < here.n && a == NULL; i++)
		a = settings_agent(s, here.v[i]);
	strings_free(&here);
	return a != NULL ? a->name : NULL;
}

static void
list_clients(struct text *t)
{
	for (size_t i = 0; i < nclients; i++)
		if (clients[i].adapter)
			text_printf(t, "%s%s", t->len > 0 ? ", " : "", clients[i].name);
}

static int
no_client(void)
{
	struct text names = { 0 };

	list_clients(&names);
	log_warnx("no agent: install an agent client (%s), or set \"agents\" and \"roles\" in "
	    ".orchestrator/config.json, or give a command: dispatch ITEM -- COMMAND",
	    names.buf);
	text_free(&names);
	return EX_UNAVAILABLE;
}

static int
all_roles(struct settings *s, const char *name)
{
	struct text names = { 0 };

	if (settings_agent(s, name) == NULL) {
		for (size_t i = 0; i < s->nagents; i++)
			text_printf(&names, "%s%s", i > 0 ? ", " : "", s->agents[i].name);
		log_warnx("no agent \"%s\" in the settings; there are: %s", name,
		    names.buf != NULL ? names.buf : "none");
		text_free(&names);
		return EX_USAGE;
	}
	set_role(s, ROLE_IMPLEMENTER, name);
	if (s->role[ROLE_REVIEWER] == NULL || strcmp(s->role[ROLE_REVIEWER], SETTINGS_PERSON) != 0)
		set_role(s, ROLE_REVIEWER, name);
	set_role(s, ROLE_TECH_LEAD, name);
	return 0;
}

static void
use_command(struct settings *s, char *const *command)
{
	struct agent *a = add_agent(s, PLAN_COMMAND, "command");

	for (; *command != NULL; command++)
		strings_add(&a->command, *command);
	set_role(s, ROLE_IMPLEMENTER, PLAN_COMMAND);
}

int
plan_judged(const struct settings *s)
{
	if (settings_judged(s))
		return 0;
	log_warnx("the review is by gates, but no gates are set: add \"gates\" to .orchestrator/config.json, or approve all "
	    "work without a review: --review none, "
	    "or \"review\": \"none\"");
	return EX_CONFIG;
}

static int
no_reviewer(const struct dispatch *d)
{
	log_warnx("no reviewer is set, and nothing is approved by default: say --review gates or "
	    "none, or set \"roles\": {\"reviewer\": ...} in .orchestrator/config.json");
	return d->command != NULL ? EX_USAGE : EX_CONFIG;
}

/* Without any setting of roles, the installed client takes all of them. */
static int
fill_roles(const struct dispatch *d, struct settings *s)
{
	const char *client;

	if (s->role[ROLE_IMPLEMENTER] == NULL) {
		if (s->role[ROLE_REVIEWER] != NULL || s->role[ROLE_TECH_LEAD] != NULL) {
			log_warnx("no implementer is set: add it to \"roles\" in "
			    ".orchestrator/config.json, or give one with --agent");
			return EX_CONFIG;
		}
		if ((client = find_client(s)) == NULL)
			return no_client();
		return all_roles(s, client);
	}
	if (s->role[ROLE_REVIEWER] == NULL && s->review == REVIEW_COUNCIL)
		return no_reviewer(d);
	return 0;
}

static int
check_programs(const struct settings *s)
{
	const struct agent *a;
	const char *path, *program;

	for (int r = ROLE_IMPLEMENTER; r < ROLE_COUNT; r++) {
		if (r != ROLE_IMPLEMENTER && s->review != REVIEW_COUNCIL)
			break;
		if (s->role[r] == NULL || (r == ROLE_REVIEWER && strcmp(s->role[r], SETTINGS_PERSON) == 0))
			continue;
		if ((a = settings_agent(s, s->role[r])) == NULL) {
			log_warnx("role %s: no agent \"%s\" in the settings; add it to \"agents\"",
			    role_name((enum role)r), s->role[r]);
			return EX_CONFIG;
		}
		path = last_path(&a->env, last_path(&s->env, getenv("PATH")));
		program = program_of(a);
		if (program != NULL && !program_exists(program, path)) {
			log_warnx("agent CLI not found: %s (%s, agent \"%s\") is not on PATH; install "
			    "it, or choose another agent with --agent or \"roles\"", program,
			    role_name((enum role)r), a->name);
			return EX_UNAVAILABLE;
		}
	}
	return 0;
}

int
plan_roles(const struct dispatch *d, struct settings *s)
{
	int status;

	if (d->review != NULL)
		s->review = (enum review_mode)review_mode_parse(d->review);
	if ((status = plan_judged(s)) != 0)
		return status;
	if (d->agent != NULL && (status = all_roles(s, d->agent)) != 0)
		return status;
	if (d->command != NULL)
		use_command(s, d->command);
	if ((status = fill_roles(d, s)) != 0)
		return status;
	return check_programs(s);
}

char **
plan_command(const struct settings *s)
{
	const char *name = s->role[ROLE_IMPLEMENTER];
	const struct agent *a;
	char **argv;

	if (name == NULL || strcmp(name, PLAN_COMMAND) != 0 ||
	    (a = settings_agent(s, name)) == NULL || a->command.n == 0 ||
	    (argv = calloc(a->command.n + 1, sizeof(*argv))) == NULL)
		return NULL;
	memcpy(argv, a->command.v, a->command.n * sizeof(*argv));
	return argv;
}
