/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "orchestrator/cli/aside.h"
#include "orchestrator/cli/doctor.h"
#include "orchestrator/session/clients_here.h"
#include "orchestrator/session/registry.h"
#include "orchestrator/workspace/orch.h"
#include "orchestrator/workspace/program.h"
#include "proto/base/strings.h"
#include "proto/base/text.h"
#include "proto/json/json.h"
#include "proto/json/rpc.h"
#include "proto/record/item.h"
#include "proto/sandbox/sandbox_names.h"
#include "proto/settings/clients.h"
#include "proto/settings/settings.h"
#include "proto/sys/child.h"

#define MINUTES		2	/* for the answer */
#define VERSION_MS	20000

/* Collects the results, and the models that the agents named. */
struct asked {
	struct report	*r;
	struct orch	*o;
	const struct settings *settings;
	struct strings	 models;	/* AGENT=MODEL */
};

/* The program of an agent; NULL = a shell runs its command. */
static const char *
program_of(const struct agent *a)
{
	const struct client *c = client_of_adapter(a->adapter);

	if (c != NULL)
		return c->name;
	return a->command.n > 0 && strpbrk(a->command.v[0], " \t\n") == NULL ? a->command.v[0] : NULL;
}

/* The first line of PROGRAM --version; malloced. */
static char *
version_of(const char *program)
{
	const char *const argv[] = { program, "--version", NULL };
	const struct child_spec spec = { .argv = argv, .in = -1, .out = -1, .err = -1, .group = true };
	char *out = NULL, *errout = NULL, line[80] = "";
	const struct child_io io = { .max = 4096, .out = &out, .errout = &errout, .timeout_ms = VERSION_MS };

	if (child_run(&spec, &io) == 0 && out != NULL)
		text_first_line(line, sizeof(line), out);
	free(out);
	free(errout);
	return text_format("%s", line[0] != '\0' ? line : "unknown version");
}

/* Does the client answer a call of its protocol? */
static bool
is_server(const struct client *c)
{
	const char *const argv[] = { c->name, c->server, NULL };
	const struct child_spec spec = { .argv = argv, .in = -1, .out = -1, .err = -1, .group = true };
	struct text call = { 0 };
	char *out = NULL, *errout = NULL;
	struct child_io io = { .max = 65536, .out = &out, .errout = &errout, .timeout_ms = VERSION_MS };
	struct json *params = json_new_object(), *info = json_new_object();
	bool answered;

	json_put_str(info, "name", "orchestrator");
	json_put_str(info, "version", VERSION);
	json_put(params, "clientInfo", info);
	rpc_call(&call, 1, "initialize", params);
	io.in = call.buf;
	io.inlen = call.len;
	answered = child_run(&spec, &io) == 0 && out != NULL && strstr(out, "\"result\"") != NULL;
	text_free(&call);
	free(out);
	free(errout);
	return answered;
}

/* The version, and how the client is run. */
static char *
describe(const struct agent *a, const struct client *c, const char *program)
{
	char *version = version_of(program), *text;

	if (c == NULL || c->server == NULL || c != client_of_adapter(a->adapter))
		return version;
	text = text_format("%s, %s %s", version, is_server(c) ? "with" : "without messages during a turn: it has no", c->server);
	free(version);
	return text;
}

static bool
ends_with(const char *s, size_t n, const char *end)
{
	size_t len = strlen(end);

	return n > len && strncmp(s + n - len, end, len) == 0;
}

/* The variable or the file that has the client's credentials; malloced, NULL = none. */
static char *
sign_in_of(const struct client *c)
{
	const char *home = getenv("HOME"), *variable;
	char name[SETTINGS_MAX_ENV_NAME + 1], *dir, *file, *found = NULL;

	for (size_t i = 0; environ[i] != NULL && found == NULL; i++) {
		size_t n = strcspn(environ[i], "=");

		if (n >= sizeof(name) || environ[i][n] == '\0' || environ[i][n + 1] == '\0' ||
		    (!ends_with(environ[i], n, "_KEY") && !ends_with(environ[i], n, "_TOKEN")))
			continue;
		snprintf(name, sizeof(name), "%.*s", (int)n, environ[i]);
		if (client_words_like(c->variables, name))
			found = text_format("%s", name);
	}
	for (size_t i = 0; i < CLIENT_HOMES && found == NULL && home != NULL; i++) {
		if (c->homes[i].user == NULL || c->homes[i].sign_in[0] == '\0')
			continue;
		variable = c->homes[i].variable != NULL ? getenv(c->homes[i].variable) : NULL;
		dir = client_user_home(&c->homes[i], variable, home);
		file = text_format("%s/%s", dir, c->homes[i].sign_in);
		if (access(file, R_OK) == 0)
			found = text_format("%s", file);
		free(file);
		free(dir);
	}
	return found;
}

static void
ask(struct asked *d, const struct agent *a, const char *version, const char *sign_in)
{
	struct item item = { .timeout = MINUTES };
	const char *model;
	struct entry e;
	int rv;

	snprintf(item.id, sizeof(item.id), "doctor-%.40s", a->name);
	item.title = text_format("Say one word");
	item.description = text_format("Change no file and call no tool.  Answer with the one word: ready");
	if ((rv = aside_run(d->o, &item, a->name, &e)) != 0 && rv != EX_NEGATIVE)
		report_add(d->r, "client", HEALTH_BAD, "%s (%s): its session could not be run", a->name, version);
	else {
		model = e.state.model[ROLE_IMPLEMENTER];
		if (rv == 0) {
			report_add(d->r, "client", HEALTH_GOOD, "%s answered in %.1f s: %s, model %s, sign-in %s, %lld tokens", a->name,
			    (double)e.state.agent_ms / 1000, version, *model != '\0' ? model : "unknown", sign_in,
			    (long long)(e.state.input_tokens + e.state.output_tokens));
			if (*model != '\0')
				strings_set(&d->models, a->name, model);
		} else
			report_add(d->r, "client", HEALTH_BAD, "%s (%s, sign-in %s): %s: %s", a->name, version, sign_in,
			    e.state.reason, e.state.detail);
		aside_discard(d->o, &e);
		entry_release(&e);
	}
	item_release(&item);
}

static void
ask_all(struct asked *d)
{
	const struct client *c;
	const char *program;
	char *version, *sign_in;

	for (size_t i = 0; i < d->settings->nagents; i++) {
		const struct agent *a = &d->settings->agents[i];

		if (strcmp(a->adapter, ADAPTER_COMMAND) == 0)
			continue;
		c = client_of(a);
		program = program_of(a);
		if (program != NULL && !program_exists(program, getenv("PATH")))
			continue;
		version = program != NULL ? describe(a, c, program) : text_format("run by a shell");
		sign_in = c != NULL ? sign_in_of(c) : NULL;
		ask(d, a, version, sign_in != NULL ? sign_in : "unknown");
		free(sign_in);
		free(version);
	}
}

/* A council of one model agrees with itself. */
static void
check_models(struct asked *d)
{
	const char *one, *two, *const *role = (const char *const *)d->settings->role;
	struct strings here = { 0 };

	clients_here(d->settings, &here);
	if (here.n == 0)
		strings_add(&here, "");
	one = strings_value(&d->models, role[ROLE_IMPLEMENTER] != NULL ? role[ROLE_IMPLEMENTER] : here.v[0]);
	two = strings_value(&d->models, role[ROLE_REVIEWER] != NULL ? role[ROLE_REVIEWER] : here.v[0]);
	strings_free(&here);
	if (one != NULL && two != NULL && strcmp(one, two) == 0)
		report_add(d->r, "models", HEALTH_NOTE, "implementer and reviewer are the same model, %s: set \"roles\" for a "
		    "review by another model", one);
}

/* Reports variables that clients commonly read and that no run gets. */
static void
check_variables(struct asked *d)
{
	static const char *const ends[] = { "_API_KEY", "_BASE_URL", "_PROXY", "_proxy", "_CA_CERTS", "_CERT_FILE" };
	char name[SETTINGS_MAX_ENV_NAME + 1];
	struct text t = { 0 };

	if (d->settings->confine.mode == CONFINE_OFF)
		return;
	for (size_t i = 0; environ[i] != NULL; i++) {
		size_t n = strcspn(environ[i], "=");
		bool like = false;

		for (size_t k = 0; k < sizeof(ends) / sizeof(ends[0]); k++)
			like = like || ends_with(environ[i], n, ends[k]);
		if (!like || n >= sizeof(name))
			continue;
		snprintf(name, sizeof(name), "%.*s", (int)n, environ[i]);
		if (!sandbox_variable(name, &d->settings->confine.environment) && !client_variable(name) &&
		    !client_own_variable(NULL, name))
			text_printf(&t, "%s%s", t.len > 0 ? ", " : "", name);
	}
	if (t.len > 0)
		report_add(d->r, "variables", HEALTH_NOTE, "set here but not passed to runs: %s; \"confine\": { \"environment\": "
		    "[ ... ] } passes them", t.buf);
	text_free(&t);
}

void
doctor_agents(struct report *r, struct orch *o)
{
	struct settings s;
	struct asked d = { .r = r, .o = o, .settings = &s };

	if (o->repo.common == NULL || orch_target_settings(o, &s) != 0) {
		report_add(r, "client", HEALTH_BAD, "--agents needs a repository with readable settings: run "
		    "doctor --agents there");
		return;
	}
	ask_all(&d);
	check_models(&d);
	check_variables(&d);
	strings_free(&d.models);
	settings_release(&s);
}
