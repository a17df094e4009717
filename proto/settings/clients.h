/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PROTO_CLIENTS_H
#define PROTO_CLIENTS_H

/*
 * What is known of agent clients, a row each: where they keep what is theirs, and what
 * in a project steers them.  orchestrator-config(5) lists it.
 */

#include <stdbool.h>
#include <stddef.h>

struct agent;

#define CLIENT_HOMES	3

struct client_home {
	const char	*variable;	/* says where it is; NULL = nothing does */
	const char	*below;		/* a path in what the variable says, "" = that itself */
	const char	*user;		/* below HOME: where it is when the variable is not set */
	bool		 mounted;	/* rather lies over the user's than that the variable says another
					 * one; where nothing can be mounted and there is none: as it is */
	const char	*shared;	/* names in it that an implementer has from the user; blanks between */
	const char	*needed;	/* ... and that a judge has, too: how the service is reached */
	const char	*seed;		/* a file that a home begins with a copy of; "" = none.  Beside
					 * it where the variable is not set */
	const char	*sign_in;	/* the file with its credentials; "" = it has none */
};

/* Members of the file with the credentials, "." between; NULL = it has no such thing. */
struct client_sign_in {
	const char	*variable;	/* takes the access token alone */
	const char	*access, *refresh, *expires;
	/* Of the user's settings.json a judge, which does not load it, has these keys and, of its env,
	 * these variables: how the service is reached. */
	const char	*keys, *env;
};

struct client {
	const char	*name;		/* of its program, and of its adapter if it has one */
	struct client_home homes[CLIENT_HOMES];	/* where user is NULL there is none */
	struct client_sign_in sign_in;
	const char	*steers;	/* paths of a project that steer it, blanks between */
	const char	*instructions;	/* those for agents: the first that is there counts; blanks between */
	int		 imports;	/* "@PATH" in them stands for that file, and so in that, so deep */
};

extern const struct client clients[];
extern const size_t nclients;

/* That of an agent, by its adapter or by the program that its command begins with; NULL = another. */
const struct client *client_of(const struct agent *);
/* Where its user has it, malloced; variable is the value of home->variable, NULL = not set. */
char *client_user_home(const struct client_home *, const char *variable, const char *home);
/* Calls fn for each word of a list. */
void client_words(const char *words, void (*fn)(void *, const char *), void *);
/* Does a path of a project, at its top or further below, steer a client? */
bool client_steered_by(const char *path);
/* Does it steer this one?  The length of what does: of the path, or of a directory that it is in; 0 = it does not. */
size_t client_steered_at(const struct client *, const char *path);

#endif
