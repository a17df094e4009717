/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/base/alloc.h"
#include "proto/base/strings.h"
#include "proto/base/text.h"
#include "proto/json/json.h"
#include "proto/session/layout.h"
#include "proto/sys/file.h"
#include "worker/agent/agent.h"
#include "worker/agent/opencode_words.h"

struct words {
	char	plugin[PATH_MAX], file[PATH_MAX];
	int	number;		/* of the newest message of this run */
};

/* A message is for the agent and the model of the prompt. */
static const char plugin[] =
    "import { readFileSync } from 'node:fs'\n"
    "let last = 0\n"
    "const asked = {}\n"
    "export const Words = async ({ client }) => ({\n"
    "  'chat.message': async ({ sessionID }, { message }) => { asked[sessionID] = message },\n"
    "  'tool.execute.after': async ({ sessionID }) => {\n"
    "    let words\n"
    "    try { words = JSON.parse(readFileSync(new URL('words.json', import.meta.url), 'utf8')) } catch { return }\n"
    "    if (words.conversation !== sessionID || words.number <= last) return\n"
    "    last = words.number\n"
    "    const { agent, model } = asked[sessionID] ?? {}\n"
    "    const body = { noReply: true, agent, model, parts: [{ type: 'text', text: words.text }] }\n"
    "    const { error } = await client.session.prompt({ path: { id: sessionID }, body })\n"
    "    if (!error) process.stdout.write(JSON.stringify({ type: '" OPENCODE_TOLD "', sessionID, number: last }) + '\\n')\n"
    "  },\n"
    "})\n";

static bool
there(const char *dir, const char *name)
{
	char *path = dir != NULL ? text_format("%s/%s", dir, name) : NULL;
	bool is = path != NULL && access(path, F_OK) == 0;

	free(path);
	return is;
}

/* Of the client's environment: env has what differs from ours; NULL = it is not set, or empty. */
static const char *
variable(const struct strings *env, const char *name)
{
	const char *value = strings_value(env, name);

	if (value == NULL)
		value = getenv(name);
	return value != NULL && *value != '\0' ? value : NULL;
}

/* A client with a plugin waits at its start until npm has installed, below each directory of settings, what plugins may
 * need: so only where that is done. */
static bool
takes_plugins(const struct agent_run *run, const struct strings *env)
{
	const char *settings = variable(env, "XDG_CONFIG_HOME");
	bool ready = settings != NULL ? there(settings, "opencode/node_modules") :
	    there(variable(env, "HOME"), ".config/opencode/node_modules");

	return ready && !there(run->dir, ".opencode");
}

const char *
opencode_words_begin(struct agent_run *run, const struct strings *env)
{
	const char *session = strings_value(&run->server, "SESSION_DIR");
	struct words *own;

	if (run->role != ROLE_IMPLEMENTER || session == NULL || !takes_plugins(run, env))
		return NULL;
	own = alloc_array(1, sizeof(*own));
	snprintf(own->plugin, sizeof(own->plugin), "%s/" SESSION_DIR_TRANSCRIPT "/words.js", session);
	snprintf(own->file, sizeof(own->file), "%s/" SESSION_DIR_TRANSCRIPT "/words.json", session);
	if (file_replace(AT_FDCWD, own->file, "", 0, 0) == -1 ||	/* a message of the run before */
	    file_replace(AT_FDCWD, own->plugin, plugin, sizeof(plugin) - 1, 0) == -1) {
		free(own);
		return NULL;
	}
	run->own = own;
	return own->plugin;
}

void
opencode_words_send(struct agent_run *run)
{
	struct words *own = run->own;
	struct json *o;
	char *text;

	if (own == NULL || run->passed != WORDS_KEPT || run->conversation[0] == '\0' || run->ended || run->spent)
		return;
	o = json_new_object();
	json_put_str(o, "conversation", run->conversation);
	json_put_int(o, "number", ++own->number);
	json_put_str(o, "text", run->words);
	text = json_text(o, false, NULL);
	if (file_replace(AT_FDCWD, own->file, text, strlen(text), 0) == 0)
		run->passed = WORDS_SENT;
	free(text);
	json_free(o);
}

void
opencode_words_told(struct agent_run *run, const struct json *event)
{
	const struct words *own = run->own;

	if (own != NULL && run->passed == WORDS_SENT && json_int(event, "number", 0) == own->number)
		run->passed = WORDS_HEARD;
}
