/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PROTO_ALLOC_H
#define PROTO_ALLOC_H

#include <stddef.h>

/* An array of n elements of size bytes, plus one more, all zero.  The caller frees it.  Ends the program when
 * there is no memory (err(3)). */
void *alloc_array(size_t n, size_t size);
/* list is the address of a pointer to an array of *n elements, or to NULL.  Adds one zeroed element and returns
 * it.  Invalidates pointers to the other elements. */
void *array_add(void *list, size_t *n, size_t size);

#endif
