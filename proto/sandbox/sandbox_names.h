/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PROTO_SANDBOX_NAMES_H
#define PROTO_SANDBOX_NAMES_H

/*
 * What confined runs find by name: which variables of the environment, which
 * sockets, which caches.  Tables; orchestrator-config.5 lists them.
 */

#include <stdbool.h>

#include "proto/sandbox/sandbox.h"

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

/* Variables that put the caches of package tools below dir, on top of env: each in a directory of
 * its own, or in that of XDG_CACHE_HOME if the user has it in theirs. */
void sandbox_caches(struct strings *env, const char *dir);
/* The directory of XDG_CACHE_HOME, which tools expect to be there. */
#define SANDBOX_CACHE_XDG	"xdg"
/* Where a user may have what lies in that directory, by the variables in env; best first. */
void sandbox_cache_places(const char *name, const struct strings *env, struct strings *places);
/* Names in it that no run is to see, blanks between them: credentials; NULL = it is no cache. */
const char *sandbox_cache_hidden(const char *name);
/* The command line, up to and with "--", that lays the session's caches (its directory cache, with
 * layer for overlayfs to work in) over those that the user has (worker layer); argv stays empty
 * when there is none.  trial = it fails, and says why, when none can be laid. */
void sandbox_layers(struct strings *argv, const char *worker, const char *session, const char *cache,
    const char *layer, bool trial);

#endif
