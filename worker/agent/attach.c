/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/base/text.h"
#include "proto/session/layout.h"
#include "proto/settings/clients.h"
#include "proto/settings/settings.h"
#include "proto/sys/file.h"
#include "worker/agent/agent.h"
#include "worker/agent/attach.h"
#include "worker/agent/event.h"
#include "worker/agent/turn.h"
#include "worker/client/tells.h"
#include "worker/core/output.h"
#include "worker/core/worker.h"
#include "worker/run/confine.h"
#include "worker/run/home.h"
#include "worker/run/run.h"

#define TERM_MAX	64

struct screen {			/* the words of a client's row, and where they go */
	const char	*conversation;
	struct strings	 argv, env;
};

static void
add_word(void *arg, const char *word)
{
	struct screen *s = arg;

	if (strcmp(word, "%s") == 0)
		strings_add(&s->argv, s->conversation);
	else if (s->argv.n == 0 && strchr(word, '=') != NULL)
		strings_put(&s->env, word);
	else
		strings_add(&s->argv, word);
}

/* The terminal of the process, and TERM, which the lock names.  -1: it has none. */
static int
open_terminal(const struct worker *w, pid_t person, char term[TERM_MAX])
{
	char *path = text_format("/proc/%jd/fd/0", (intmax_t)person), *text = NULL;
	int fd = file_open_path(AT_FDCWD, path, O_RDWR | O_NOCTTY);
	size_t len;

	free(path);
	if (fd != -1 && !isatty(fd))
		fd = file_close(fd);
	strlcpy(term, "dumb", TERM_MAX);
	if (file_read(w->dirfd, SESSION_FILE_ATTACH, 2 * TERM_MAX, &text, &len) == 0) {
		len = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-+._");
		if (len > 0 && len < TERM_MAX)
			strlcpy(term, text, len + 1);
		free(text);
	}
	return fd;
}

/* Runs the client at the terminal.  outcome: "" or how it failed. */
static void
run_screen(struct worker *w, struct agent_run *run, const struct client *c, int terminal, const char *term, char *outcome,
    size_t len)
{
	const struct adapter *adapter = adapter_find(run->agent->adapter);
	struct screen s = { .conversation = run->resume };
	struct run_result res = { 0 };

	if (run_settings_environment(w, run->agent, &s.env, outcome, len) == 0 &&
	    home_begin(w, run->agent, &s.env, outcome, len) == 0) {
		strings_set(&s.env, "TERM", term);
		client_words(c->screen, add_word, &s);
		if (adapter->screen != NULL)
			adapter->screen(&s.argv, &s.env, run_dir(w, ACTOR_IMPLEMENTER));
		event_option(&s.argv, "--model", run->agent->model);
		strings_add_all(&s.argv, &run->agent->args);
		output_log("run %s: a person at the screen of %s", w->run, c->name);
		run_command(w, &(struct run_spec){ .actor = ACTOR_IMPLEMENTER, .label = "screen", .argv = &s.argv, .env = &s.env,
		    .in = terminal, .screen = true, .run = w->run }, &res);
		output_log("run %s: the screen is closed: %s", w->run, res.text);
		if (res.end != RUN_INTERRUPTED && (res.end != RUN_EXITED || res.status != 0))
			strlcpy(outcome, res.text, len);
		run_result_release(&res);
	}
	home_end(w);
	strings_free(&s.argv);
	strings_free(&s.env);
}

/* Its questions are not left open: the person was there. */
static void
end_questions(struct worker *w)
{
	for (size_t i = 0; i < w->questions.n; i++)
		if (strcmp(w->questions.q[i].run, w->run) == 0)
			w->questions.q[i].deferred = false;
}

static void
serve(struct worker *w, pid_t person, char *outcome, size_t len)
{
	const struct agent *agent = agent_of(w, ROLE_IMPLEMENTER);
	const struct client *c = agent != NULL ? client_of_adapter(agent->adapter) : NULL;
	struct agent_run run = { .agent = agent, .role = ROLE_IMPLEMENTER, .step = w->state.step,
		.resume = w->state.conversation[ROLE_IMPLEMENTER] };
	char term[TERM_MAX], name[64];
	int terminal, in;

	if (w->state.step > STEP_COMMIT) {
		strlcpy(outcome, "its work is being checked", len);
		return;
	}
	if (c == NULL || c->screen == NULL || run.resume == NULL) {
		strlcpy(outcome, run.resume == NULL ? "its agent has no conversation yet" : "its agent has no screen of its own", len);
		return;
	}
	if ((terminal = open_terminal(w, person, term)) == -1) {
		strlcpy(outcome, "the terminal can't be opened", len);
		return;
	}
	in = turn_begin(w, ROLE_IMPLEMENTER, "(a person at the client's own screen)\n", name, sizeof(name));
	if (in == -1) {
		worker_broken(w, "run %s could not be prepared in %s", w->run, w->path);
		w->run[0] = '\0';
	} else {
		close(in);
		strlcpy(run.conversation, run.resume, sizeof(run.conversation));
		w->state.agent_since = 0;	/* a person's time */
		run_screen(w, &run, c, terminal, term, outcome, len);
		end_questions(w);
		turn_end(w, &run, AGENT_OK);
	}
	close(terminal);
}

void
attach_serve(struct worker *w)
{
	char outcome[sizeof(w->state.attached.outcome)] = "";
	pid_t person;

	if (w->state.step < STEP_IMPLEMENT || worker_interrupted(w) || !tells_attach(w, &person) || confine_ready(w) == -1)
		return;
	serve(w, person, outcome, sizeof(outcome));
	if (outcome[0] != '\0')
		output_log("attach: %s", outcome);
	w->attended = person;
	w->state.attached.count++;
	strlcpy(w->state.attached.outcome, outcome, sizeof(w->state.attached.outcome));
	(void)worker_save(w, false);
}
