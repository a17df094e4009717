/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "tests/unit/run.h"

/* All unit tests in one program: its name selects the file. */
int
main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : argv[0];
	const char *slash = strrchr(name, '/');

	if (slash != NULL)
		name = slash + 1;
	for (const struct unit *u = units; u->name != NULL; u++)
		if (strcmp(u->name, name) == 0)
			return u->run();
	fprintf(stderr, "%s: no such file of tests\n", name);
	return 2;
}
