/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WORKER_CLIENT_H
#define WORKER_CLIENT_H

/*
 * The agent's side: a message into the inbox of its run, then the wait for the
 * reply on a slot of worker.lock, asleep in the kernel.
 */

#include <stddef.h>

struct message;
struct questions;

struct client {
	int		 dirfd;		/* the session directory, wherever it is moved */
	int		 lockfd;
	const char	*inbox;
};

/* From SESSION_DIR and SESSION_INBOX. 0, or a sysexits status with the error printed. */
int client_open(struct client *);
void client_close(struct client *);
/* Publishes m under a fresh id of the kind ('q' or 'm'), put into id. */
int client_post(struct client *, const struct message *, char kind, char *id, size_t len);

enum client_reply { REPLY_NONE, REPLY_READY, REPLY_TIMEOUT };
/* Waits for the slot of id at most seconds (0 = for ever). READY: *q is loaded and
 * says what became of it; NONE: the worker is gone without a reply. */
enum client_reply client_wait(struct client *, const char *id, long seconds, struct questions *q);
/* Posts m, waits, prints a refusal; the exit status of the small commands. */
int client_send(const struct message *);
/* An argument, or all of standard input when it is "-" (capped at max; NULL with the
 * error printed). malloced. */
char *client_text(const char *arg, size_t max);

#endif
