/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "orchestrator/execute/capacity.h"
#include "proto/base/text.h"
#include "proto/sys/file.h"

#define CGROUPS		"/sys/fs/cgroup"
#define FILE_MAX	(64u << 10)
#define MB		(1 << 20)

int64_t
capacity_meminfo(const char *text)
{
	static const char name[] = "MemAvailable:";
	const char *p = strstr(text, name);
	char *end;
	long long kb;

	if (p == NULL)
		return -1;
	kb = strtoll(p + strlen(name), &end, 10);
	return strncmp(end, " kB", 3) == 0 && kb >= 0 ? kb / 1024 : -1;
}

int64_t
capacity_cpu_max(const char *text)
{
	char *end;
	long long quota = strtoll(text, &end, 10), period;

	if (end == text || *end != ' ')	/* "max 100000" */
		return -1;
	period = strtoll(end, NULL, 10);
	return quota > 0 && period > 0 ? (quota + period - 1) / period : -1;
}

struct capacity
capacity_of(const struct machine *m, size_t wanted, int64_t session_memory_mb)
{
	struct capacity c = { .wanted = wanted, .at_once = wanted, .by_memory = SIZE_MAX,
		.by_processors = SIZE_MAX, .processors = m->processors };

	if (m->memory_mb >= 0 && session_memory_mb > 0)
		c.by_memory = (size_t)(m->memory_mb / session_memory_mb);
	if (m->processors > 0)
		c.by_processors = (size_t)m->processors * CAPACITY_PER_PROCESSOR;
	if (c.by_memory < c.at_once)
		c.at_once = c.by_memory;
	if (c.by_processors < c.at_once)
		c.at_once = c.by_processors;
	if (c.at_once == 0)
		c.at_once = 1;
	return c;
}

size_t
capacity_by_load(int64_t load, int64_t processors, int64_t percent, size_t running)
{
	int64_t left;

	if (load < 0 || processors <= 0)
		return SIZE_MAX;
	left = (processors * percent - load) / 100;
	if (left > 0)
		return running + (size_t)left;
	return running > 0 ? running : 1;
}

char *
capacity_text(const struct capacity *c, const char *name)
{
	struct text t = { 0 };

	if (c->at_once < c->wanted)
		text_printf(&t, "%s is %zu; ", name, c->wanted);
	else
		text_printf(&t, "%s; ", name);
	if (c->by_memory == SIZE_MAX)
		text_puts(&t, "the amount of memory is not known");
	else
		text_printf(&t, "memory %s allow %zu", c->by_memory < c->wanted ? "does" :
		    "would", c->by_memory);
	if (c->by_processors != SIZE_MAX)
		text_printf(&t, ", processors %zu", c->by_processors);
	return t.buf;
}

/* NULL when it can't be read; files of /proc and /sys have no size. */
static char *
read_text(const char *path)
{
	static const size_t room = FILE_MAX;
	char *buf;
	ssize_t n;
	size_t len = 0;
	int fd;

	if ((fd = file_open_path(AT_FDCWD, path, O_RDONLY)) == -1)
		return NULL;
	if ((buf = malloc(room)) != NULL) {
		while (len < room - 1 && (n = read(fd, buf + len, room - 1 - len)) > 0)
			len += (size_t)n;
		buf[len] = '\0';
	}
	close(fd);
	return buf;
}

static int64_t
number_in(const char *dir, const char *name, int64_t (*of)(const char *))
{
	char *path = text_format(CGROUPS "%s/%s", dir, name), *text = read_text(path), *end;
	int64_t n = -1;

	if (text != NULL && of != NULL)
		n = of(text);
	else if (text != NULL) {
		n = strtoll(text, &end, 10);
		if (end == text)	/* "max" */
			n = -1;
	}
	free(text);
	free(path);
	return n;
}

/* Applies the limits of one cgroup. */
static void
look_cgroup(struct machine *m, const char *dir)
{
	int64_t max = number_in(dir, "memory.max", NULL), used, n;

	if (max >= 0 && (used = number_in(dir, "memory.current", NULL)) >= 0) {
		n = used < max ? (max - used) / MB : 0;
		if (m->memory_mb < 0 || n < m->memory_mb)
			m->memory_mb = n;
	}
	n = number_in(dir, "cpu.max", capacity_cpu_max);
	if (n > 0 && (m->processors == 0 || n < m->processors))
		m->processors = n;
}

/* Its own cgroup and all above it: each may limit. */
static void
look_cgroups(struct machine *m)
{
	char *text = read_text("/proc/self/cgroup"), *dir, *slash;

	if (text == NULL || (dir = strstr(text, "0::/")) == NULL) {
		free(text);
		return;
	}
	dir += 3;
	dir[strcspn(dir, "\n")] = '\0';
	for (;;) {
		if (dir[1] == '\0')
			*dir = '\0';
		look_cgroup(m, dir);
		if ((slash = strrchr(dir, '/')) == NULL)
			break;
		*slash = '\0';
		if (slash == dir) {
			look_cgroup(m, "");
			break;
		}
	}
	free(text);
}

int64_t
capacity_load(void)
{
	char *text = read_text("/proc/loadavg");
	int whole, part;
	bool good = text != NULL && sscanf(text, "%d.%2d", &whole, &part) == 2;

	free(text);
	return good ? (int64_t)whole * 100 + part : -1;
}

void
capacity_machine(struct machine *m)
{
	char *text = read_text("/proc/meminfo");
	cpu_set_t set;

	m->memory_mb = text == NULL ? -1 : capacity_meminfo(text);
	free(text);
	if (sched_getaffinity(0, sizeof(set), &set) == 0)
		m->processors = CPU_COUNT(&set);
	else
		m->processors = sysconf(_SC_NPROCESSORS_ONLN) > 0 ? sysconf(_SC_NPROCESSORS_ONLN) : 0;
	look_cgroups(m);
}
