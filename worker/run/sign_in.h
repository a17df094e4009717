/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WORKER_SIGN_IN_H
#define WORKER_SIGN_IN_H

/*
 * How a run's client is signed in (home.h): with its access token alone, if that outlasts the run.
 * Otherwise, since refresh tokens can be used once, with the user's own file mounted into the home.
 * Where mounts do not work, with a copy, in one run at a time; a sign-in renewed there is saved back.
 */

#include <stddef.h>

struct client;
struct client_home;
struct strings;
struct worker;

/* For the home open as fd, with index i in w->home; user is the user's directory.  0, or -1 with errno. */
int sign_in_give(struct worker *, size_t i, const char *user, int fd, struct strings *env);
/* Writes the user's settings for a judge into HOME_SETTINGS, or removes the file when there are none.  0, or -1
 * with errno. */
int sign_in_settings(struct worker *, const char *user);
/* After the run: saves a renewed sign-in to the user's file and deletes the copy. */
void sign_in_take(struct worker *, size_t i, int fd);

#endif
