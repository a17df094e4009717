/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <err.h>
#include <stdlib.h>

#include "proto/base/alloc.h"

void *
alloc_array(size_t n, size_t size)
{
	void *p = calloc(n + 1, size);

	if (p == NULL)
		err(1, NULL);
	return p;
}
