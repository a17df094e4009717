/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PROTO_JSON_SCAN_H
#define PROTO_JSON_SCAN_H

/*
 * The grammar of json.h, checked byte by byte before json-c sees the text.
 * It refuses anything that json-c accepts but RFC 8259 or json.h does not.
 * Time is linear in len except for sorting the keys of each object; memory is
 * linear.
 */

#include <stddef.h>

#define JSON_MAX_DEPTH	32		/* nesting depth of arrays and objects */
#define JSON_MAX_VALUES	(1u << 18)	/* number of values of all kinds in one text */
#define JSON_LARGE_VALUES (1u << 21)	/* number of values with JSON_LARGE */
#define JSON_MAX_NUMBER	128		/* characters of one number */

/*
 * 0, or -1 with "line N: ..." in err.  values is the maximum number of values.  When blank is not NULL,
 * comments and a comma before the end of an object or array are accepted, and overwritten with spaces in blank, a
 * copy of buf.
 */
int json_scan(const char *buf, size_t len, size_t values, char *blank, char *err, size_t errlen);

/* Appends the character c. */
struct text;
void json_utf8_put(struct text *, int c);
/* Moves *p past a number; returns NULL, or what is wrong with it. */
const char *json_number(const unsigned char **p, const unsigned char *end);

#endif
