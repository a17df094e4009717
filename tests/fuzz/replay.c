/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/mman.h>
#include <sys/wait.h>

#include <dirent.h>
#include <err.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/sys/file.h"
#include "tests/fuzz/fuzz.h"

/*
 * replay: the corpus through all targets, as TAP; run in the top directory.
 * replay TARGET FILE...: these files through one.
 */

#define CORPUS	"tests/fuzz/corpus"

struct progress {		/* progress of a child, which may crash */
	char	 file[PATH_MAX];
	int	 n;
};

static int
replay(const struct fuzz_target *t, const char *path)
{
	char *buf, *exact;
	size_t len;

	if (file_read(AT_FDCWD, path, 1 << 20, &buf, &len) == -1)
		return -1;
	/* An exact allocation: sanitizers detect reads beyond its end. */
	if ((exact = malloc(len)) == NULL && len > 0)
		err(1, NULL);
	if (len > 0)
		memcpy(exact, buf, len);
	free(buf);
	t->run(exact, len);
	free(exact);
	return 0;
}

static void
replay_all(const struct fuzz_target *t, struct progress *p)
{
	char path[PATH_MAX];
	struct dirent *d;
	DIR *dir;

	snprintf(path, sizeof(path), CORPUS "/%s", t->name);
	if ((dir = opendir(path)) == NULL)
		err(1, "%s", path);
	while ((d = readdir(dir)) != NULL) {
		if (d->d_name[0] == '.')
			continue;
		snprintf(p->file, sizeof(p->file), CORPUS "/%s/%s", t->name, d->d_name);
		if (replay(t, p->file) == -1)
			err(1, "%s", p->file);
		p->n++;
	}
	closedir(dir);
}

int
main(int argc, char *argv[])
{
	struct progress *p = mmap(NULL, sizeof(*p), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int n = 0, status, failed = 0;

	if (p == MAP_FAILED)
		err(1, "mmap");
	for (const struct fuzz_target *t = fuzz_targets; t->name != NULL; t++) {
		if (argc > 1) {
			for (int i = 2; strcmp(t->name, argv[1]) == 0 && i < argc; i++)
				if (replay(t, argv[i]) == -1)
					err(1, "%s", argv[i]);
			continue;
		}
		fflush(stdout);
		p->n = 0;
		p->file[0] = '\0';
		switch (fork()) {
		case -1:
			err(1, "fork");
		case 0:
			replay_all(t, p);
			exit(p->n == 0);
		}
		if (wait(&status) == -1)
			err(1, "wait");
		failed += status != 0;
		printf("%sok %d - %s: %d inputs are read without harm\n", status == 0 ? "" : "not ", ++n,
		    t->name, p->n);
		if (status != 0)
			printf("# status %#x at \"%s\"\n", (unsigned)status, p->file);
	}
	if (argc <= 1)
		printf("1..%d\n", n);
	return failed > 0;
}
