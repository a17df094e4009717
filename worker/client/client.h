/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WORKER_CLIENT_H
#define WORKER_CLIENT_H

/*
 * The agent's side: posts a message to the inbox of its run, then waits for
 * the reply on a slot of worker.lock, asleep in the kernel.
 */

#include <stddef.h>

struct message;
struct questions;

struct client {
	int		 dirfd;		/* the session directory, even if it is moved */
	int		 lockfd;
	const char	*inbox;
};

/* From SESSION_DIR and SESSION_INBOX. 0, or a sysexits status with the error printed. */
int client_open(struct client *);
void client_close(struct client *);
/* Publishes m under a new id of the kind ('q' or 'm'), which is put into id. */
int client_post(struct client *, const struct message *, char kind, char *id, size_t len);

enum client_reply { REPLY_NONE, REPLY_READY, REPLY_TIMEOUT };
/* Waits for the slot of id at most seconds (0 = for ever).  READY: *q is loaded and holds the result; NONE: the
 * worker is gone without a reply. */
enum client_reply client_wait(struct client *, const char *id, long seconds, struct questions *q);
/* Posts m, waits, and prints a refusal.  Returns the exit status of the small commands. */
int client_send(const struct message *);
/* The same with a text, as client_text reads it; NULL: none. */
int client_say(struct message *, const char *text);
/* The argument, or standard input when it is "-" (at most max bytes; NULL with the error printed).  malloced. */
char *client_text(const char *arg, size_t max);

#endif
