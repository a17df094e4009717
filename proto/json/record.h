/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PROTO_RECORD_H
#define PROTO_RECORD_H

/*
 * Common to all records.  A record is a JSON object that begins with
 * "version": 1.  R_parse(struct R *, buf, len, err, errlen) is pure: 0, or -1
 * with a one-line reason ("state.json: \"head\" is not an object id").
 * R_text(const struct R *, size_t *len) gives the file's bytes (malloced).
 * R_release frees what R_parse and the setters allocated; a zeroed struct is
 * valid for R_text and R_release.  Members unknown to this version are kept in
 * raw and written back.
 *
 * R_load and R_save, where a record has them, read the file with
 * distrust and replace it as a whole.  Most are tables of members (member.h); field.h reads one member.
 */

#include <stddef.h>

#include "proto/json/json.h"

#define RECORD_VERSION	1
#define RECORD_MAX	(4u << 20)	/* size limit of a record */
#define RECORD_ERR	512

/* Parses the text, and checks that it is an object of a known version. */
struct json *record_open(const char *what, const char *buf, size_t len, char *err, size_t errlen);
struct json *record_open_as(const char *what, const char *buf, size_t len, enum json_flags,
    char *err, size_t errlen);
/* A new object to fill: version first, then copies of raw's members (raw may be NULL). */
struct json *record_begin(const struct json *raw);
/* The object at key in it, for filling; made when there is none. */
struct json *record_sub(struct json *, const char *key);
/* The text of a filled record; releases the record. */
char *record_end(struct json *, size_t *len);

void record_put_time(struct json *, const char *key, long long ms);	/* 0 = null */

/* Puts a string, cut at a character boundary to max bytes, which its reader accepts. */
void record_put(struct json *, const char *key, const char *, size_t max);

/* Why a file can't be read, in a few words. */
const char *record_unreadable(int error);
/* Reads dirfd/name into *buf; -1 with err (errno kept: ENOENT = absent). */
int record_read(int dirfd, const char *name, char **buf, size_t *len, char *err, size_t errlen);

#endif
