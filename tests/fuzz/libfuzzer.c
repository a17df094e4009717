/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <err.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"

int LLVMFuzzerInitialize(int *, char ***);
int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static const struct fuzz_target *target;

/* Without a name: prints the table, for the script. */
int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	const char *name = getenv("FUZZ_TARGET");

	(void)argc;
	(void)argv;
	for (target = fuzz_targets; target->name != NULL; target++)
		if (name == NULL)
			printf("%s %u\n", target->name, target->max);
		else if (strcmp(name, target->name) == 0)
			return 0;
	if (name != NULL)
		errx(1, "%s: no such target", name);
	exit(0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	target->run(size > 0 ? (const char *)data : "", size);
	return 0;
}
