/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_LISTEN_H
#define ORCHESTRATOR_LISTEN_H

#include <stddef.h>

/*
 * Listens on "ADDRESS", "ADDRESS:PORT" or "[ADDRESS]:PORT"; the argument is a port apart from it: 0 is any free
 * port, -1 the default.  Two ports are an error.  Returns the socket, with the numeric address and the port; or -1 with the
 * error printed.
 */
int listen_on(const char *where, int port, char *address, size_t len, int *bound);

#endif
