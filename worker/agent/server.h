/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WORKER_SERVER_H
#define WORKER_SERVER_H

/*
 * Configures a run's client to start worker mcp, a server of tools: on the client's command line, in a variable or in
 * its protocol, never in a file of the user.  run->server is empty for a judge whose verdict is its result.
 */

#include <stddef.h>

struct agent_run;
struct json;
struct strings;

/* For the Agent Client Protocol: the list mcpServers, which may be empty. */
struct json *server_acp(const struct agent_run *);
/* Adds the options of the client, if the run has a server. */
void server_claude(const struct agent_run *, struct strings *argv);
void server_codex(const struct agent_run *, struct strings *argv);
/* Sets the client's variable, unless the user has set it.  plugin: path of a plugin; NULL = none. */
void server_opencode(const struct agent_run *, const char *plugin, struct strings *env);
/* Adds the option of a client that ignores the servers of its protocol (servers in proto/settings/clients.h). */
void server_option(const struct agent_run *, struct strings *argv);
/* Writes a file of the session, which has the system's defaults for the client, too, and sets the client's variable to
 * its path, unless the user has set the variable. */
void server_gemini(const struct agent_run *, struct strings *env);
/* Its text: the defaults with our server added, malloced; NULL: they are no settings of gemini. */
char *server_defaults(const struct agent_run *, const char *defaults, size_t len);

#endif
