/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PROTO_ALLOC_H
#define PROTO_ALLOC_H

#include <stddef.h>

/* n elements of size bytes, all zero, and one more; to be freed.  No memory ends the
 * program (err(3)). */
void *alloc_array(size_t n, size_t size);

#endif
