/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_GUARD_H
#define ORCHESTRATOR_GUARD_H

/*
 * Which requests are allowed.  Everything here is pure.
 *
 * The check of Host keeps out pages whose name was pointed here (DNS rebinding); Origin and Sec-Fetch-Site keep out pages of
 * other sites (cross-site requests); the token keeps out clients that were not given it.
 */

#include <stdbool.h>

/* Where the program listens. */
struct guard {
	char		 address[64];	/* a numeric address, as inet_ntop(3) has it */
	char		 token[48];
	bool		 closed;	/* reading needs the token on loopback, too */
};
/* Headers of a request; NULL = absent. */
struct asked {
	const char	*method, *path, *host, *origin, *site, *type, *authorization;
};

/* Why the request is refused, and the status of the reply; NULL = it is not. */
const char *guard_refuses(const struct guard *, const struct asked *, unsigned int *status);
/* Does the header Authorization (NULL = absent) have the token? */
bool guard_has_token(const struct guard *, const char *authorization);
/* Is it a loopback address? */
bool guard_is_loopback(const char *address);

#endif
