/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PROTO_MEMBER_H
#define PROTO_MEMBER_H

/*
 * A record as a table of its members, in the order of the file: what each key holds, where in the struct
 * that stands, and its bounds.  Reading, writing and releasing follow the table, and so does the test
 * that compares it with the schema:
 *
 *	static const struct member members[] = {
 *		{ "session", MEMBER(STR, struct state, session), .flags = MEMBER_NEEDED, .valid = session_id_valid },
 *		{ "round", MEMBER(INT, struct state, round), .max = MAX_COUNT },
 *		{ .key = NULL }
 *	};
 *	const struct record state_record = { "state.json", members, sizeof(struct state), offsetof(struct state, raw) };
 *
 * What is absent or null is empty, 0, NULL or .otherwise; errors are those of field.h.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/json/field.h"
#include "proto/sys/file.h"

enum member_type {
	MEMBER_STR,		/* char[], cut to what it takes */
	MEMBER_TEXT,		/* char *, malloced, of at most max bytes */
	MEMBER_INT,		/* int64_t from min to max */
	MEMBER_PID,		/* pid_t */
	MEMBER_BOOL,
	MEMBER_TIME,		/* int64_t, wall ms; 0 is null */
	MEMBER_NAME,		/* an enum, by parse and name */
	MEMBER_STRINGS,		/* struct strings, at most max of at most bytes bytes */
	MEMBER_OBJECT,		/* an object, whose members are in the same struct */
	MEMBER_LIST,		/* of at most max objects: a pointer to them, or an array; see MEMBER_OF */
	MEMBER_OTHER,		/* by read, put and release, each of which may be NULL */
};

enum member_flags {
	MEMBER_NEEDED = 1,	/* must be there when it is read */
	MEMBER_NULL = 2,	/* null when it is "" or .otherwise; an object: when its first member is "" */
	MEMBER_EMPTY = 4,	/* "" when it is NULL */
	MEMBER_LEFT_OUT = 8,	/* a string, or an object by its first member: not written when it is NULL or "" */
	MEMBER_HERE = 16,	/* a list: an array in the struct */
	MEMBER_KEEPS = 32,	/* a list: what the element at the same place, of the same first member, had beside is kept */
};

struct member {
	const char	*key;
	enum member_type type;
	size_t		 offset, size;		/* of a list: the size of an element */
	unsigned	 flags;
	int64_t		 min, max, otherwise;
	size_t		 bytes;
	bool		(*valid)(const char *);	/* of a string, and of each of a list; not of an empty STR */
	const char	*must;			/* what is said when it is not: "is not a valid id" */
	int		(*parse)(const char *);
	const char	*(*name)(unsigned);
	const struct member *members;
	size_t		 count;			/* offset of the number of elements, size_t */
	void		(*read)(struct field *, const struct member *, void *);
	void		(*put)(struct json *, const struct member *, const void *);
	void		(*release)(void *);
};
#define MEMBER(what, type_, member_) \
	.type = MEMBER_##what, .offset = offsetof(type_, member_), .size = sizeof(((type_ *)NULL)->member_)
#define MEMBER_OF(type_, list, n) \
	.type = MEMBER_LIST, .offset = offsetof(type_, list), .size = sizeof(((type_ *)NULL)->list[0]), .count = offsetof(type_, n)
#define MEMBER_OID(type_, member_)	MEMBER(STR, type_, member_), .flags = MEMBER_NULL, .valid = oid_valid, \
	.must = "is not an object id"

void members_read(struct field *, const struct member *, void *);
void members_put(struct json *, const struct member *, const void *);
/* What is as it is when nothing is said stays unsaid, and is dropped: but for names and times. */
void members_put_said(struct json *, const struct member *, const void *);
void members_release(const struct member *, void *);
/* One element of a list as it is written; was: the one that it keeps from, or NULL. */
struct json *member_element(const struct member *, const void *element, const struct json *was);

/* A file that is one such object. */
struct record {
	const char	*file;
	const struct member *members;
	size_t		 size, raw;		/* of the struct; where its struct json *raw is */
	void		(*check)(struct field *, const void *);	/* what no table says, or NULL */
};
/* As record.h has them.  The struct need not be set; when reading fails it is zero. */
int record_parse(const struct record *, void *, const char *buf, size_t len, char *err, size_t errlen);
int record_load(const struct record *, int dirfd, void *, char *err, size_t errlen);	/* errno ENOENT: absent */
struct json *record_json(const struct record *, const void *);
void record_release(const struct record *, void *);
/* Writes dirfd/name, and frees its text: 0, or -1 with errno (EFBIG: it could not be read again). */
int record_save(int dirfd, const char *name, char *text, size_t len, enum file_flags);

#endif
