/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PROTO_ARRAY_H
#define PROTO_ARRAY_H

/* The number of elements of an array. */
#include <stddef.h>

#define ARRAY_LEN(a)	(sizeof(a) / sizeof((a)[0]))
/* A table has a row for each value of an enumeration, which ends with its count.  The table is
 * declared without a length, in its header too; else a row that is missing would be zero. */
#define ARRAY_WHOLE(a, count) \
	_Static_assert(ARRAY_LEN(a) == (size_t)(count), #a " needs a row for each value below " #count)

#endif
