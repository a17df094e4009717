/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PROTO_SANDBOX_NAMES_H
#define PROTO_SANDBOX_NAMES_H

/*
 * What confined runs find by name: which variables of the environment, which
 * sockets, which directories of an agent client.  Tables; orchestrator-config.5
 * lists them.
 */

#include <stdbool.h>

#include "sandbox.h"

/* May a variable of this name be handed on?  agent = also what agent clients need,
 * keys among it, which setup commands and gates do not get; names = more of them,
 * "*" at the end standing for any rest. */
bool sandbox_variable(const char *name, bool agent, const struct strings *names);

#define SANDBOX_SOCKETS	"dbus, docker, gpg-agent, podman, ssh-agent, systemd, tmux, wayland, x11"
bool sandbox_socket_known(const char *name);
/* Is this the variable of a socket: 0 = no, 1 = of one that is allowed, -1 = of another. */
int sandbox_socket_variable(const char *name, const struct strings *allowed);
/* Hides where sockets are, but for those allowed: by name, or an absolute path. */
void sandbox_sockets(struct sandbox *, const struct strings *allowed);

/* Variables that put the caches of package tools below dir, on top of env. */
void sandbox_caches(struct strings *env, const char *dir);

/* What the agent clients of that name (of its adapter or program; may be NULL) write in
 * the user's home: writable, but for its settings.  The first directory is made. */
void sandbox_client(struct sandbox *, const char *name, const char *home);

#endif
