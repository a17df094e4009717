/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PROTO_MEMBER_H
#define PROTO_MEMBER_H

/*
 * A record as a table of its members, in the order of the file: what each key holds, where in the struct
 * it is stored, and its bounds.  Reading, writing and releasing follow the table, as does the test
 * that compares it with the schema:
 *
 *	static const struct member members[] = {
 *		{ "session", MEMBER(STR, struct state, session), .flags = MEMBER_NEEDED, .valid = session_id_valid },
 *		{ "round", MEMBER(INT, struct state, round), .max = MAX_COUNT },
 *		{ .key = NULL }
 *	};
 *	const struct record state_record = { "state.json", members, sizeof(struct state), offsetof(struct state, raw) };
 *
 * An absent or null member is empty, 0, NULL or .otherwise; errors are those of field.h.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/json/field.h"
#include "proto/sys/file.h"

enum member_type {
	MEMBER_STR,		/* char[], cut to its size */
	MEMBER_TEXT,		/* char *, malloced, of at most max bytes */
	MEMBER_INT,		/* int64_t from min to max */
	MEMBER_PID,		/* pid_t */
	MEMBER_BOOL,
	MEMBER_TIME,		/* int64_t, wall ms; 0 is null */
	MEMBER_NAME,		/* an enum, through parse and name */
	MEMBER_STRINGS,		/* struct strings, at most max strings of at most bytes bytes */
	MEMBER_OBJECT,		/* an object whose members are in the same struct */
	MEMBER_LIST,		/* at most max objects: a pointer to them, or an array; see MEMBER_OF */
	MEMBER_OTHER,		/* through read, put and release, each of which may be NULL */
};

enum member_flags {
	MEMBER_NEEDED = 1,	/* must be present when read */
	MEMBER_NULL = 2,	/* written as null when it is "" or .otherwise, or, for an object, when its first member is "" */
	MEMBER_EMPTY = 4,	/* written as "" when it is NULL */
	MEMBER_LEFT_OUT = 8,	/* for a string, or an object by its first member: not written when it is NULL or "" */
	MEMBER_HERE = 16,	/* for a list: the elements are an array in the struct */
	MEMBER_KEEPS = 32,	/* for a list: unknown members of an element are kept if the element at the same index has the
				 * same first member */
};

struct member {
	const char	*key;
	enum member_type type;
	size_t		 offset, size;		/* size: of an element of a list */
	unsigned	 flags;
	int64_t		 min, max, otherwise;
	size_t		 bytes;
	bool		(*valid)(const char *);	/* checks a string, and each string of a list; not an empty STR */
	const char	*must;			/* the error when it is not valid: "is not a valid id" */
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
/* Writes members only when they differ from their default, and drops the others; names and times are always written. */
void members_put_said(struct json *, const struct member *, const void *);
void members_release(const struct member *, void *);
/* The JSON of one element of a list.  was: the element whose unknown members it keeps, or NULL. */
struct json *member_element(const struct member *, const void *element, const struct json *was);

/* A file that consists of one such object. */
struct record {
	const char	*file;
	const struct member *members;
	size_t		 size, raw;		/* size of the struct; offset of its struct json *raw */
	void		(*check)(struct field *, const void *);	/* checks what no table expresses, or NULL */
};
/* As described in record.h.  The struct need not be initialised; it is zero when reading fails. */
int record_parse(const struct record *, void *, const char *buf, size_t len, char *err, size_t errlen);
int record_load(const struct record *, int dirfd, void *, char *err, size_t errlen);	/* errno is ENOENT when it is absent */
struct json *record_json(const struct record *, const void *);
void record_release(const struct record *, void *);
/* Writes dirfd/name, and frees its text: 0, or -1 with errno (EFBIG: it is too large to be read again). */
int record_save(int dirfd, const char *name, char *text, size_t len, enum file_flags);

#endif
