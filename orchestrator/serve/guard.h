/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_GUARD_H
#define ORCHESTRATOR_GUARD_H

/*
 * Who may ask what.  Everything here is pure.
 *
 * Host keeps out pages whose name was made to lead here (DNS rebinding), Origin and Sec-Fetch-Site the pages of others
 * (cross-site requests), the token those that were not given it.
 */

#include <stdbool.h>

/* Where the program listens. */
struct guard {
	char		 address[64];	/* a numeric address, as inet_ntop(3) has it */
	char		 token[48];
};
/* Of a request; NULL = it does not say. */
struct asked {
	const char	*method, *path, *host, *origin, *site, *type, *authorization;
};

/* Why the request is refused, and the status of the reply; NULL = it is not. */
const char *guard_refuses(const struct guard *, const struct asked *, unsigned int *status);
/* Does an address mean this computer alone? */
bool guard_is_loopback(const char *address);

#endif
