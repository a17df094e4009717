/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/wait.h>

#include <stdlib.h>
#include <string.h>

#include "proto/base/alloc.h"
#include "proto/base/text.h"
#include "proto/json/json.h"
#include "proto/json/rpc.h"
#include "proto/settings/settings.h"
#include "worker/agent/acp.h"
#include "worker/agent/agent.h"
#include "worker/agent/codex_item.h"
#include "worker/agent/codex_usage.h"
#include "worker/agent/event.h"
#include "worker/agent/server.h"

/*
 * codex as `codex app-server`: JSON-RPC, one message a line, on standard input and output.  A run is one turn of a
 * thread.  The tokens of the whole thread come after each response, and a message of a person can be added to the
 * turn.  A question ends the turn: its answer is the next prompt of the same thread.  An old client without an app
 * server, or with one of another protocol, runs as `codex exec` instead.
 */

enum { INITIALIZE = 1, THREAD, TURN, STEER, INTERRUPT };	/* the ids of our calls */

struct codex {
	char	turn[64];	/* its id; "" = none runs */
	bool	prompted;	/* the turn has our prompt: the next message of the user is the person's */
	struct codex_usage usage;
	int	answered;	/* id of the last call that began something, and was answered; 0 = it does not speak the protocol */
	bool	steers;		/* STEER has no response yet */
	int64_t	reset;		/* when the account's limit is over, wall ms; 0 = unknown */
};

static void
codex_command(struct agent_run *run, struct strings *argv, struct strings *env)
{
	/* A login shell would read /etc/profile, which may set another PATH, without our commands. */
	static const char *const fixed[] = { "codex", "app-server", "-c", "allow_login_shell=false" };

	(void)env;
	for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++)
		strings_add(argv, fixed[i]);
	server_codex(run, argv);
	strings_add_all(argv, &run->agent->args);
	run->own = alloc_array(1, sizeof(struct codex));
}

/* Turns off large events that are not read.  Words in pieces stay on: they show that the client is alive. */
static void
codex_begin(struct agent_run *run)
{
	static const char *const unread[] = { "item/commandExecution/outputDelta", "item/fileChange/outputDelta",
		"turn/diff/updated" };
	struct json *params = json_new_object(), *info = json_new_object(), *can = json_new_object(), *list = json_new_array();

	json_put_str(info, "name", "orchestrator");
	json_put_str(info, "version", VERSION);
	json_put(params, "clientInfo", info);
	for (size_t i = 0; i < sizeof(unread) / sizeof(unread[0]); i++)
		json_append(list, json_new_string(unread[i]));
	json_put_bool(can, "experimentalApi", true);	/* for questions */
	json_put(can, "optOutNotificationMethods", list);
	json_put(params, "capabilities", can);
	rpc_call(&run->talk.out, INITIALIZE, "initialize", params);
}

/* The client's own sandbox would not start inside ours. */
static void
begin_thread(struct agent_run *run)
{
	struct json *params = json_new_object();

	rpc_call(&run->talk.out, 0, "initialized", json_new_object());
	if (run->resume != NULL) {
		json_put_str(params, "threadId", run->resume);
		json_put_bool(params, "excludeTurns", true);	/* the earlier turns may be too long for a line */
	}
	json_put_str(params, "cwd", run->dir);
	json_put_str(params, "approvalPolicy", "never");
	json_put_str(params, "sandbox", "danger-full-access");
	if (run->agent->model != NULL)
		json_put_str(params, "model", run->agent->model);
	rpc_call(&run->talk.out, THREAD, run->resume != NULL ? "thread/resume" : "thread/start", params);
}

/* A call about the turn: under key (NULL = none) the id of the running turn, and words (NULL = none). */
static void
say(struct agent_run *run, int id, const char *method, const char *key, const char *words)
{
	const struct codex *own = run->own;
	struct json *params = json_new_object();

	json_put_str(params, "threadId", run->conversation);
	if (key != NULL)
		json_put_str(params, key, own->turn);
	if (words != NULL)
		acp_put_text(params, "input", words);
	rpc_call(&run->talk.out, id, method, params);
}

static void
end(struct agent_run *run)
{
	run->ended = run->talk.over = true;
}

static void
fail(struct agent_run *run, const struct json *error, struct text *out)
{
	codex_failed(run, json_words(error, "message"), out);
	end(run);
}

/* The model reads the message when the running tool has ended. */
static void
codex_tell(struct agent_run *run)
{
	struct codex *own = run->own;

	if (run->passed != WORDS_KEPT || own->turn[0] == '\0' || !own->prompted || own->steers || run->ended)
		return;
	own->steers = true;
	say(run, STEER, "turn/steer", "expectedTurnId", run->words);
	run->passed = WORDS_SENT;
}

static void
take_thread(struct agent_run *run, const struct json *result, struct text *out)
{
	const char *id = json_words(json_get(result, "thread"), "id");

	event_model(run, json_str(result, "model"));
	strlcpy(run->conversation, strlen(id) < sizeof(run->conversation) ? id : "", sizeof(run->conversation));
	text_printf(out, "(codex%s%s)\n", run->model[0] != '\0' ? ", model " : "", run->model);
	say(run, TURN, "turn/start", NULL, run->prompt);
}

/* An old client answers the first call, but knows no others. */
static bool
unknown(const struct json *error)
{
	return json_int(error, "code", 0) == RPC_METHOD || strstr(json_words(error, "message"), "unknown variant") != NULL;
}

static void
response(struct agent_run *run, int64_t id, const struct json *message, struct text *out)
{
	const struct json *result = json_get(message, "result"), *error = json_get(message, "error");
	struct codex *own = run->own;

	if (id == STEER && own->steers) {
		own->steers = false;
		if (error != NULL && run->words != NULL) {	/* the turn has just ended */
			run->passed = WORDS_BACK;
			own->turn[0] = '\0';
		}
		return;
	}
	if (id != own->answered + 1 || id > TURN)
		return;
	if (error != NULL) {
		own->answered = id == THREAD && unknown(error) ? 0 : own->answered;
		run->lost = run->lost || (id == THREAD && strstr(json_words(error, "message"), CODEX_LOST) != NULL);
		fail(run, error, out);
		return;
	}
	own->answered = (int)id;
	if (id == INITIALIZE)
		begin_thread(run);
	else if (id == THREAD)
		take_thread(run, result, out);
}

static void
request(struct agent_run *run, const struct json *message, const char *method)
{
	rpc_error(&run->talk.out, json_get(message, "id"), RPC_METHOD, "method not found", NULL);
	if (strcmp(method, "item/tool/requestUserInput") != 0)
		return;
	acp_question(json_get(message, "params"), &run->ruling.question, &run->ruling.options);
	say(run, INTERRUPT, "turn/interrupt", "turnId", NULL);
	end(run);
}

static void
end_turn(struct agent_run *run, const struct json *turn, struct text *out)
{
	const char *status = json_words(turn, "status");
	struct codex *own = run->own;

	own->turn[0] = '\0';
	if (strcmp(status, "completed") == 0) {
		event_done(run, out);
		end(run);
		return;
	}
	codex_cause(run, json_get(json_get(turn, "error"), "codexErrorInfo"), own->reset);
	if (strcmp(status, "failed") == 0) {
		fail(run, json_get(turn, "error"), out);
		return;
	}
	codex_failed(run, "the turn was interrupted", out);
	end(run);
}

static void
take_item(struct agent_run *run, const struct json *item, bool ends, struct text *out)
{
	struct codex *own = run->own;

	if (!codex_item_is(item, "userMessage")) {
		codex_usage_item(run, &own->usage, item, ends);
		if (ends)
			codex_item_ends(run, item, out);
		else
			codex_item_begins(item, out);
	} else if (ends) {
		if (own->prompted && run->passed == WORDS_SENT)
			run->passed = WORDS_HEARD;
		own->prompted = true;
	}
}

static void
notice(struct agent_run *run, const char *method, const struct json *params, struct text *out)
{
	const char *thread = json_str(params, "threadId"), *id;
	const struct json *why;
	struct codex *own = run->own;
	bool ours = thread != NULL && *thread != '\0' && strcmp(thread, run->conversation) == 0;

	if (strcmp(method, "account/rateLimits/updated") == 0) {
		own->reset = codex_reset(json_get(params, "rateLimits"));
	} else if (strcmp(method, "warning") == 0 && (ours || thread == NULL)) {
		event_show(out, "warning: ", json_words(params, "message"), 1);
	} else if (strcmp(method, "thread/tokenUsage/updated") == 0 && !ours) {
		codex_usage_beside(run, &own->usage, json_words(params, "threadId"), json_get(params, "tokenUsage"));
	} else if (!ours) {
		;	/* of another agent, which this one started */
	} else if (strcmp(method, "turn/started") == 0) {
		id = json_words(json_get(params, "turn"), "id");
		strlcpy(own->turn, strlen(id) < sizeof(own->turn) ? id : "", sizeof(own->turn));
	} else if (strcmp(method, "item/started") == 0 || strcmp(method, "item/completed") == 0) {
		take_item(run, json_get(params, "item"), strcmp(method, "item/completed") == 0, out);
	} else if (strcmp(method, "thread/tokenUsage/updated") == 0) {
		codex_usage_own(run, &own->usage, json_get(params, "tokenUsage"));
	} else if (strcmp(method, "turn/completed") == 0) {
		end_turn(run, json_get(params, "turn"), out);
	} else if (strcmp(method, "error") == 0) {	/* the client may try again */
		why = json_get(params, "error");
		event_show(out, "(the service: ", json_words(why, json_str(why, "additionalDetails") != NULL ? "additionalDetails"
		    : "message"), 1);
	}
}

static void
codex_line(void *arg, const char *line, size_t len, struct text *out)
{
	struct agent_run *run = arg;
	struct json *message = event_parse(line, len);
	const char *method = json_str(message, "method");

	run->between = false;
	if (json_kind(message) != JSON_OBJECT) {
		event_plain(run, line, len, CODEX_LOST, out);
	} else if (run->ended) {
		;
	} else if (method == NULL) {
		response(run, json_int(message, "id", 0), message, out);
	} else if (json_get(message, "id") != NULL) {
		request(run, message, method);
	} else {
		notice(run, method, json_get(message, "params"), out);
	}
	json_free(message);
}

static void
codex_finish(struct agent_run *run, int status)
{
	const struct codex *own = run->own;

	event_finish(run, status);
	run->mute = own->answered == 0 && !WIFSIGNALED(status);
}

/* It asks whether it may trust the directory, and can't save the answer. */
static void
codex_screen(struct strings *argv, const struct strings *env, const char *dir)
{
	struct json *name = json_new_string(dir);
	char *quoted = json_text(name, false, NULL), *trust = text_format("projects={%s={trust_level=\"trusted\"}}", quoted);

	(void)env;
	event_option(argv, "-c", trust);
	free(trust);
	free(quoted);
	json_free(name);
}

const struct adapter adapter_codex = {
	.name = "codex",
	.instead = &adapter_codex_exec,
	.tells = true,
	.speaks = true,
	.command = codex_command,
	.begin = codex_begin,
	.tell = codex_tell,
	.line = codex_line,
	.screen = codex_screen,
	.finish = codex_finish,
};
