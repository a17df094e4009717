/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PROTO_ARRAY_H
#define PROTO_ARRAY_H

/* The number of elements of an array. */
#include <stddef.h>

#define ARRAY_LEN(a)	(sizeof(a) / sizeof((a)[0]))
/* A table must have a row for each value of an enumeration that ends with its count.  Declare the table without
 * a length, also in its header; otherwise a missing row would silently be zero. */
#define ARRAY_WHOLE(a, count) \
	_Static_assert(ARRAY_LEN(a) == (size_t)(count), #a " needs a row for each value below " #count)

#endif
