/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <err.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/alloc.h"

void *
alloc_array(size_t n, size_t size)
{
	void *p = calloc(n + 1, size);

	if (p == NULL)
		err(1, NULL);
	return p;
}

void *
array_add(void *list, size_t *n, size_t size)
{
	char **v = list, *one;

	if ((*v = reallocarray(*v, *n + 1, size)) == NULL)
		err(1, NULL);
	one = *v + (*n)++ * size;
	return memset(one, 0, size);
}
