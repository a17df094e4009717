/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lanes LANES FIRST ITEMS COMMAND... [++ COMMAND...]
 *
 * Does ITEMS items, LANES at a time: for each the commands, one after the
 * other, with {} in their arguments replaced by the item's number, from FIRST
 * on.  What they print goes to standard error.  Prints the nanoseconds an item.
 */
#include <pthread.h>

#include "bench.h"

extern char **environ;

struct work {
	pthread_mutex_t	 mutex;
	long		 next, end;
	char		**argv;		/* arguments of all commands */
};

static char *
with_number(const char *arg, long item)
{
	const char *hole = strstr(arg, "{}");
	char *s;

	if (hole == NULL)
		s = strdup(arg);
	else if (asprintf(&s, "%.*s%ld%s", (int)(hole - arg), arg, item, hole + 2) == -1)
		s = NULL;
	if (s == NULL)
		err(1, NULL);
	return s;
}

static void
do_item(char **all, long item)
{
	char *argv[64];
	size_t i, n;

	while (*all != NULL) {
		for (n = 0; *all != NULL && strcmp(*all, "++") != 0; all++) {
			if (n + 1 == sizeof(argv) / sizeof(argv[0]))
				errx(1, "too many arguments");
			argv[n++] = with_number(*all, item);
		}
		argv[n] = NULL;
		bench_reap(bench_spawn(argv, environ, NULL, -1, STDERR_FILENO), argv[0]);
		for (i = 0; i < n; i++)
			free(argv[i]);
		if (*all != NULL)
			all++;
	}
}

static void *
lane(void *arg)
{
	struct work *w = arg;
	long item;

	for (;;) {
		pthread_mutex_lock(&w->mutex);
		item = w->next < w->end ? w->next++ : -1;
		pthread_mutex_unlock(&w->mutex);
		if (item == -1)
			return NULL;
		do_item(w->argv, item);
	}
}

int
main(int argc, char **argv)
{
	struct work w = { .mutex = PTHREAD_MUTEX_INITIALIZER };
	pthread_t thread[64];
	long i, lanes, items;
	int64_t start;

	if (argc < 5 || (lanes = atol(argv[1])) < 1 || lanes > 64 || (items = atol(argv[3])) < 1)
		errx(2, "usage: lanes LANES FIRST ITEMS COMMAND... [++ COMMAND...]");
	w.next = atol(argv[2]);
	w.end = w.next + items;
	w.argv = argv + 4;
	start = bench_now();
	for (i = 0; i < lanes; i++)
		if (pthread_create(&thread[i], NULL, lane, &w) != 0)
			errx(1, "no thread");
	for (i = 0; i < lanes; i++)
		pthread_join(thread[i], NULL);
	printf("%lld\n", (long long)((bench_now() - start) / items));
	return 0;
}
