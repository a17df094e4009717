/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PROTO_ID_H
#define PROTO_ID_H

/* Ids: their form, and making new ones. */

#include <stdbool.h>
#include <stddef.h>

#define SESSION_ID_MAX		96	/* buffer size of the id of an item, a session or a message, with NUL */
#define TASKLIST_ID_MAX		12	/* tl-, 8 characters, NUL */
#define UUID_LEN		36
#define OID_MAX			65	/* hex object id, SHA-1 or SHA-256, with NUL */

/* Ids are checked before they become a path or a git argument. */
bool item_id_valid(const char *);	/* [A-Za-z0-9][A-Za-z0-9._-]{0,63}, no "..", no end in '.' or ".lock" */
bool session_id_valid(const char *);	/* session-<item-id>-<6 of [a-z0-9]> */
bool message_id_valid(const char *);	/* <q|m>-<6 of [a-z0-9]>: q- is a question, m- any other message */
bool tasklist_id_valid(const char *);	/* tl-<8 of a-z0-9> */
bool run_valid(const char *);		/* the name of a run, which also names its directory */
bool oid_valid(const char *);		/* 40 or 64 of [0-9a-f] */
/* The lengths of PREFIX/ITEM/ and of PREFIX/ in the name of a session's branch, PREFIX/ITEM/ATTEMPT; 0: it is no such name. */
size_t branch_item_len(const char *branch);
size_t branch_prefix_len(const char *branch);
/* Fresh ids from getrandom(2).  buf holds SESSION_ID_MAX bytes. */
void session_id_make(char *buf, size_t len, const char *item_id);
void message_id_make(char *buf, size_t len, char kind);
void tasklist_id_make(char *buf);	/* TASKLIST_ID_MAX bytes */
/* A random UUID, version 4: UUID_LEN characters and a NUL. */
void uuid_make(char *buf);
/* n random characters of [a-z0-9] and a NUL. */
void id_random(char *buf, size_t n);

/* The byte of worker.lock that the sender of message ID waits for (lock.h); >= 1. */
long message_slot(const char *id);

#endif
