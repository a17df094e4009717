/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PROTO_SANDBOX_NAMES_H
#define PROTO_SANDBOX_NAMES_H

/*
 * Names that matter to confined runs: environment variables, sockets, caches.
 * Tables; orchestrator-config.5 lists them.
 */

#include <stdbool.h>

#include "proto/sandbox/sandbox.h"

/* May a variable with this name be passed on to every run?  names are additional ones; "*" at the end matches any
 * rest.  Agents also get the variables of their clients (clients.h), including keys. */
bool sandbox_variable(const char *name, const struct strings *names);

#define SANDBOX_SOCKETS	"dbus, docker, gpg-agent, podman, ssh-agent, systemd, tmux, wayland, x11"
bool sandbox_socket_known(const char *name);
/* Does the variable name a socket?  0 = no, 1 = an allowed one, -1 = another. */
int sandbox_socket_variable(const char *name, const struct strings *allowed);
/* Hides the places of sockets except for the allowed ones: names, or absolute paths. */
void sandbox_sockets(struct sandbox *, const struct strings *allowed);

/* Adds variables to env that put the caches of package tools below dir: each in its own directory, or in that
 * of XDG_CACHE_HOME if the user's cache is there. */
void sandbox_caches(struct strings *env, const char *dir);
/* The directory of XDG_CACHE_HOME, which tools expect to exist. */
#define SANDBOX_CACHE_XDG	"xdg"
/* The places where the user may have that cache, according to the variables in env; best first. */
void sandbox_cache_places(const char *name, const struct strings *env, struct strings *places);
/* Names of credentials in a cache, separated by blanks, which are hidden from all runs; NULL = it is not a cache. */
const char *sandbox_cache_hidden(const char *name);
/* The command line of worker layer, up to and including "--", that mounts the session's caches (its directory
 * cache, with layer for overlayfs to work in) over the user's.  argv stays empty when the user has none.  trial
 * makes it fail with the reason when nothing can be mounted. */
void sandbox_layers(struct strings *argv, const char *worker, const char *session, const char *cache,
    const char *layer, bool trial);

#endif
