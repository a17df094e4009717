/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/run.h"

/* All unit tests in one program: its name selects the file, CASE the cases ("*" and "?" match as in a shell). */
int
main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : argv[0];
	const char *slash = strrchr(name, '/');

	if (slash != NULL)
		name = slash + 1;
	cmocka_set_test_filter(getenv("CASE"));
	for (const struct unit *u = units; u->name != NULL; u++)
		if (strcmp(u->name, name) == 0)
			return u->run();
	fprintf(stderr, "%s: no such file of tests\n", name);
	return 2;
}
