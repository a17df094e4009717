/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PROTO_CLIENTS_H
#define PROTO_CLIENTS_H

/*
 * What is known about agent clients, one row each: the program, its adapter, its variables, where
 * it keeps its files, and which files of a project steer it.  orchestrator-config(5) lists it.
 */

#include <stdbool.h>
#include <stddef.h>

struct agent;
struct budget;

#define CLIENT_HOMES	3

struct client_home {
	const char	*variable;	/* variable that names the directory; NULL = none */
	const char	*below;		/* path below the variable's value, "" = the value itself */
	const char	*user;		/* path below HOME when the variable is not set */
	bool		 mounted;	/* mounted over the user's directory rather than named by the
					 * variable; where mounts do not work and there is no variable, the
					 * user's own is used */
	const char	*shared;	/* names in it that an implementer gets from the user, separated by blanks */
	const char	*needed;	/* ... and that a judge gets, too: how to reach the service */
	const char	*seed;		/* a file to copy into a new home; "" = none.  It is beside the home
					 * where the variable is not set */
	const char	*sign_in;	/* the file with its credentials; "" = none */
};

/* Members of the credentials file, with "." between; NULL = the client has no such member. */
struct client_sign_in {
	const char	*variable;	/* the variable that takes the access token alone */
	const char	*access, *refresh, *expires;
	/* A judge does not load the user's settings.json, but gets these keys of it and, of its env, these
	 * variables: how to reach the service. */
	const char	*keys, *env;
};

struct client {
	const char	*name;		/* name of its program */
	const char	*also;		/* other programs that keep their files in the same places, separated by blanks; may be NULL */
	const char	*provider;	/* of its models, as the conventions of OpenTelemetry name it; NULL = any */
	bool		 adapter;	/* it has an adapter of the same name (worker/agent/) */
	enum { REPORTS_TURNS, REPORTS_TOKENS, REPORTS_ALL } reports;	/* what the client reports with each response: nothing, the
					 * tokens, or tokens and cost; the rest comes at the end of a turn */
	const char	*server;	/* the argument that makes it speak JSON-RPC on its standard input and output; NULL = none.
					 * Its adapter names another one for versions without it */
	const char	*variables;	/* of the environment, for agents only; separated by blanks, "*" at the end matches any rest */
	const char	*own;		/* ... for its own runs only, since others use them too; NULL = none */
	struct client_home homes[CLIENT_HOMES];	/* entries with user NULL are unused */
	struct client_sign_in sign_in;
	const char	*screen;	/* command that opens a conversation (%s) of its adapter on a terminal, after variables that it
					 * sets; separated by blanks; NULL = there is none */
	bool		 minutes;	/* over the Agent Client Protocol it can't resume a conversation in the minute, by the clock,
					 * in which that began, and spoils it when it is told to */
	const char	*fails;		/* over the Agent Client Protocol: how its last words begin when its service failed, a piece
					 * that joins no other; NULL = it reports an error */
	const char	*servers;	/* its option that takes { "mcpServers": SERVERS }, if it ignores those of the protocol */
	const char	*steers;	/* paths of a project that steer it, separated by blanks */
	const char	*instructions;	/* files with instructions for agents: the first that exists is used; separated by blanks */
	int		 imports;	/* depth to which "@PATH" in them includes other files */
};

/* The adapter for any other command, and the one for clients that speak the Agent Client Protocol. */
#define ADAPTER_COMMAND	"command"
#define ADAPTER_ACP	"acp"

/* The first whose program is found is chosen: add new ones at the end. */
extern const struct client clients[];
extern const size_t nclients;

/* The client of an agent, by its adapter or by the program of its command; NULL = unknown. */
const struct client *client_of(const struct agent *);
/* The client whose adapter has that name; NULL = none. */
const struct client *client_of_adapter(const char *adapter);
/* Does the agent report a limited figure only at the end of a turn? */
bool client_reports_late(const struct agent *, const struct budget *limit);
/* Is a variable with this name for agents, because one of the clients uses it? */
bool client_variable(const char *name);
/* Is it for runs of this client only?  NULL: of any one client only. */
bool client_own_variable(const struct client *, const char *name);
/* Where the user has that home, malloced; variable is the value of home->variable, NULL = not set. */
char *client_user_home(const struct client_home *, const char *variable, const char *home);
/* Calls fn for each word of a list. */
void client_words(const char *words, void (*fn)(void *, const char *), void *);
/* Does one of them match the name (name_like)? */
bool client_words_like(const char *words, const char *name);
/* Does a path of a project, at its top or deeper, steer any client? */
bool client_steered_by(const char *path);
/* Does it steer this client?  The length of the part that does: the path, or a directory above it; 0 = it does not. */
size_t client_steered_at(const struct client *, const char *path);

#endif
