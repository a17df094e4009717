/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/wait.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/base/alloc.h"
#include "proto/base/text.h"
#include "proto/json/json.h"
#include "proto/json/rpc.h"
#include "proto/session/caps.h"
#include "proto/settings/clients.h"
#include "proto/settings/settings.h"
#include "proto/sys/child.h"
#include "worker/agent/acp.h"
#include "worker/agent/acp_words.h"
#include "worker/agent/agent.h"
#include "worker/agent/event.h"
#include "worker/agent/server.h"

/*
 * Any client that speaks the Agent Client Protocol, version 1: JSON-RPC, one message a line, on standard input and
 * output.  The client gets no access to files or terminals through us, since we are not confined.  A question
 * ends the turn: its answer is the next prompt of the same conversation, so that no process waits for it.
 */

struct acp {
	struct acp_shown shown;
	bool		 loading;	/* updates repeat the conversation */
	bool		 speaking;	/* the last update was a piece of the agent's message */
	bool		 joined;	/* the last piece came right after another one */
	struct acp_words words;
};

static bool
acp_resumable(const struct agent *agent)
{
	return agent->load;
}

static void
acp_command(struct agent_run *run, struct strings *argv, struct strings *env)
{
	struct strings more = { 0 };

	/* claude refuses to skip permissions as root without it, others do not know it */
	if (geteuid() == 0)
		strings_set(env, "IS_SANDBOX", "1");
	strings_add_all(argv, &run->agent->command);
	strings_add_all(&more, &run->agent->args);
	server_option(run, &more);
	event_arguments(argv, &more);
	strings_free(&more);
	run->own = alloc_array(1, sizeof(struct acp));
}

static void
acp_begin(struct agent_run *run)
{
	acp_initialize(&run->talk.out);
}

/* The turn is over. */
static void
end(struct agent_run *run)
{
	run->ended = run->talk.over = true;
}

static void
fail(struct agent_run *run, const char *what, const struct json *error)
{
	if (error != NULL)
		acp_error_text(error, what, run->error_text, sizeof(run->error_text));
	else
		strlcpy(run->error_text, what, sizeof(run->error_text));
	if (acp_error_limit(error))
		run->parked = -1;
	run->error = true;
	end(run);
}

static void
begin_session(struct agent_run *run, const struct json *result)
{
	const struct json *caps = json_get(result, "agentCapabilities");
	bool resumes = json_get(json_get(caps, "sessionCapabilities"), "resume") != NULL;
	struct acp *own = run->own;

	if (run->resume == NULL) {
		acp_session(&run->talk.out, "session/new", run->dir, NULL, server_acp(run));
		return;
	}
	own->loading = true;
	if (resumes || json_bool(caps, "loadSession", false)) {
		acp_session(&run->talk.out, resumes ? "session/resume" : "session/load", run->dir, run->resume,
		    server_acp(run));
		return;
	}
	run->lost = true;
	fail(run, "the client can't resume a conversation; set \"load\": false for it", NULL);
}

/* Some clients forget the mode when they resume. */
static void
set_mode(struct agent_run *run, const struct json *result)
{
	const char *mode = acp_mode(result, run->agent->mode);

	if (mode == NULL)
		acp_prompt(&run->talk.out, run->conversation, run->prompt);
	else
		acp_set_mode(&run->talk.out, run->conversation, mode);
}

/* How the client's last words begin when its service failed; NULL = it reports an error. */
static const char *
fails(const struct agent_run *run)
{
	const struct client *c = client_of(run->agent);

	return c != NULL ? c->fails : NULL;
}

/* The last words, if they say that the turn failed; else NULL. */
static const char *
failure(const struct agent_run *run)
{
	const struct strings *phrases = &run->agent->error_phrases;
	const char *words = run->result.buf, *begin = fails(run);
	const struct acp *own = run->own;

	for (size_t i = 0; words != NULL && i < phrases->n; i++)
		if (strcasestr(words, phrases->v[i]) != NULL)
			return words;
	if (words == NULL || begin == NULL || own->joined || strncmp(words + own->shown.last, begin, strlen(begin)) != 0)
		return NULL;
	return words + own->shown.last;
}

static void
end_turn(struct agent_run *run, const struct json *result, struct text *out)
{
	const char *why = json_str(result, "stopReason"), *words;
	const struct acp *own = run->own;

	acp_tokens(run, result);
	if (run->input_tokens == 0 && run->output_tokens == 0)
		run->input_tokens = run->seen_input;
	if (run->ruling.question == NULL && (why == NULL || strcmp(why, "end_turn") != 0)) {
		char *text = text_format("the turn ended with \"%s\"", why != NULL ? why : "no reason");

		fail(run, text, NULL);
		free(text);
		run->broken = why != NULL && strcmp(why, "max_turn_requests") == 0;
		return;
	}
	if (own->words.drained)
		run->passed = WORDS_HEARD;
	if ((words = failure(run)) != NULL) {
		fail(run, words, NULL);
		return;
	}
	end(run);
	text_printf(out, "(done: %lld tokens in, %lld out, %.4f USD)\n", (long long)run->input_tokens,
	    (long long)run->output_tokens, (double)run->cost_microusd / 1e6);
}

static void
response(struct agent_run *run, int64_t id, const struct json *message, struct text *out)
{
	static const char *const steps[] = { [ACP_INITIALIZE] = "the client can't be initialized",
		[ACP_SESSION] = "no conversation can be begun", [ACP_MODE] = "", [ACP_PROMPT] = "" };
	const struct json *result = json_get(message, "result"), *error = json_get(message, "error");
	struct acp *own = run->own;
	const char *session;
	char why[sizeof(run->error_text)];

	if (id == ACP_STEER)
		acp_words_taken(&own->words, run, error == NULL ? result : NULL);
	if (id < ACP_INITIALIZE || id > ACP_PROMPT)
		return;
	if (error != NULL && id != ACP_MODE) {
		run->lost = run->lost || (id == ACP_SESSION && run->resume != NULL && !acp_error_limit(error));
		fail(run, steps[id], error);
	} else if (id == ACP_INITIALIZE && json_int(result, "protocolVersion", 0) != 1) {
		fail(run, "the client does not speak version 1 of the Agent Client Protocol", NULL);
	} else if (id == ACP_INITIALIZE) {
		own->words.steers = acp_steers(result);
		begin_session(run, result);
	} else if (id == ACP_SESSION) {
		own->loading = false;
		event_model(run, json_str(json_get(result, "models"), "currentModelId"));
		session = json_str(result, "sessionId");
		strlcpy(run->conversation, run->resume != NULL ? run->resume : session != NULL ? session : "",
		    sizeof(run->conversation));
		if (run->conversation[0] == '\0')
			fail(run, "the client did not name its conversation", NULL);
		else
			set_mode(run, result);
	} else if (id == ACP_MODE) {
		if (error != NULL) {
			acp_error_text(error, "", why, sizeof(why));
			text_printf(out, "(the permission mode was refused: %s; requests are answered one by one)\n", why);
		}
		acp_prompt(&run->talk.out, run->conversation, run->prompt);
	} else {
		acp_show_rest(&own->shown, &run->result, out);
		end_turn(run, result, out);
	}
}

/* The question stays when the client has ended. */
static void
ask(struct agent_run *run, const struct json *params)
{
	acp_question(params, &run->ruling.question, &run->ruling.options);
	acp_cancel(&run->talk.out, run->conversation);
	end(run);
}

static void
request(struct agent_run *run, const struct json *message, const char *method)
{
	const struct json *params = json_get(message, "params"), *id = json_get(message, "id");
	struct acp *own = run->own;
	struct text *out = &run->talk.out;
	bool asks = acp_asks(method, params);
	struct json *o;

	if (strcmp(method, "session/request_permission") == 0) {
		rpc_result(out, id, acp_permit(asks ? NULL : json_get(params, "options")));
	} else if (strcmp(method, ACP_DRAIN) == 0) {
		rpc_result(out, id, acp_words_drain(&own->words, run));
	} else if (asks) {
		o = json_new_object();
		json_put_str(o, "action", "cancel");
		rpc_result(out, id, o);
	} else
		rpc_error(out, id, RPC_METHOD, "method not found", NULL);
	if (asks)
		ask(run, params);
}

static void
update(struct agent_run *run, const struct json *u, struct text *out)
{
	struct acp *own = run->own;
	const char *kind = json_words(u, "sessionUpdate");
	bool speaks = strcmp(kind, "agent_message_chunk") == 0;
	double cost;

	if (own->loading)
		return;
	if (speaks)
		own->joined = own->speaking;
	own->speaking = speaks;
	if (strcmp(kind, "usage_update") == 0) {
		acp_context(run, &own->shown, json_int(u, "used", 0));
		cost = json_real(json_get(u, "cost"), "amount", 0);
		if (cost > 0 && cost < 1e6)
			run->cost_microusd = (int64_t)(cost * 1e6 + 0.5), run->costs_all = true;
	} else {
		run->heard = run->heard || strcmp(kind, "tool_call") == 0 ||
		    (speaks && run->agent->error_phrases.n == 0 && fails(run) == NULL);
		acp_show(&own->shown, u, &run->result, out);
		acp_call(run, &own->shown, u);
		if (strcmp(kind, "tool_call_update") == 0)
			acp_words_steer(&own->words, run, u);
	}
	acp_tokens(run, json_get(u, "_meta"));
}

static void
acp_line(void *arg, const char *line, size_t len, struct text *out)
{
	struct agent_run *run = arg;
	struct json *message = event_parse(line, len);
	const char *method = json_str(message, "method");

	run->between = false;
	if (message == NULL) {		/* an error of the client, or of its launcher */
		if (!run->ended && strspn(line, " \t\r") < len)
			text_first_line(run->last, sizeof(run->last), line);
		text_add(out, line, len < ACP_SHOWN_PLAIN ? len : ACP_SHOWN_PLAIN);
		text_puts(out, "\n");
	} else if (run->ended) {
		;
	} else if (method == NULL) {
		response(run, json_int(message, "id", 0), message, out);
	} else if (json_get(message, "id") != NULL) {
		request(run, message, method);
	} else if (strcmp(method, "session/update") == 0) {
		update(run, json_get(json_get(message, "params"), "update"), out);
	}
	json_free(message);
}

static void
acp_finish(struct agent_run *run, int status)
{
	char how[sizeof(run->error_text)] = "it ended in the middle of its turn";

	if (run->ended)
		return;
	run->error = true;
	run->broken = WIFSIGNALED(status) && run->conversation[0] != '\0';
	if (child_status_text(status, how, sizeof(how)) == 0 || run->last[0] == '\0')
		strlcpy(run->error_text, how, sizeof(run->error_text));
	else
		strlcpy(run->error_text, run->last, sizeof(run->error_text));
}

const struct adapter adapter_acp = {
	.name = ADAPTER_ACP,
	.resumable = acp_resumable,
	.tells = true,
	.speaks = true,
	.command = acp_command,
	.begin = acp_begin,
	.line = acp_line,
	.finish = acp_finish,
};
