/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WORKER_SIGN_IN_H
#define WORKER_SIGN_IN_H

/*
 * How a run's client is signed in (home.h): by its access token alone, where that outlasts the run;
 * else, since refresh tokens are good for one use, by the one file that the user has, mounted into the
 * home; where nothing can be mounted by a copy, one run at a time, which is taken over when it was
 * renewed there.
 */

#include <stddef.h>

struct client;
struct client_home;
struct strings;
struct worker;

/* For the home open as fd, of index i in w->home; user is where its user has it.  0, or -1 with errno. */
int sign_in_give(struct worker *, size_t i, const char *user, int fd, struct strings *env);
/* Writes into HOME_SETTINGS those of the user's settings that a judge is given, or removes the file when
 * there are none. 0, or -1 with errno. */
int sign_in_settings(struct worker *, const char *user);
/* After the run: saves a renewed sign-in to the user's file and deletes the copy. */
void sign_in_take(struct worker *, size_t i, int fd);

#endif
