/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PROTO_ALLOC_H
#define PROTO_ALLOC_H

#include <stddef.h>

/* n elements of size bytes, all zero, and one more; to be freed.  No memory ends the
 * program (err(3)). */
void *alloc_array(size_t n, size_t size);
/* list: the address of a pointer to *n such elements, or to NULL.  Adds one, all zero, and returns it: pointers
 * to the others end here. */
void *array_add(void *list, size_t *n, size_t size);

#endif
