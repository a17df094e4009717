/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_CAPACITY_H
#define ORCHESTRATOR_CAPACITY_H

/*
 * How many sessions may run at the same time: as many as the settings want, but no
 * more than the available memory allows, no more than four per processor, and none beside others while
 * the processors are busy.
 *
 *	capacity_machine(&m);
 *	c = capacity_of(&m, max_parallel, session_memory_mb);
 */

#include <stddef.h>
#include <stdint.h>

#define CAPACITY_PER_PROCESSOR	4

struct machine {
	int64_t	memory_mb;	/* available memory: MemAvailable, or what the cgroup leaves; -1 = unknown */
	int64_t	processors;	/* usable processors: affinity, cpu.max of the cgroup; 0 = unknown */
};
struct capacity {
	size_t	at_once;	/* at least 1 */
	size_t	wanted;
	size_t	by_memory;	/* sessions that memory allows; SIZE_MAX when unknown */
	size_t	by_processors;
	int64_t	processors;
};

void capacity_machine(struct machine *);
struct capacity capacity_of(const struct machine *, size_t wanted, int64_t session_memory_mb);	/* pure */
/* "max_parallel; memory would allow 40, processors 8": how the number was derived; name is the setting that
 * asked for it; malloced. */
char *capacity_text(const struct capacity *, const char *name);	/* pure */

/* The load of the last minute in hundredths, -1 when it is not known.  It is read when a task may be begun, never in
 * between. */
int64_t capacity_load(void);
/* How many sessions the load allows when so many run: one more for each part of a processor that is left below percent
 * of all processors; at least 1, SIZE_MAX when something is not known. */
size_t capacity_by_load(int64_t load, int64_t processors, int64_t percent, size_t running);	/* pure */

/* Pure, from the text of the files: MemAvailable of meminfo in MB; processors of cpu.max, rounded up.  -1: not
 * found, or no limit. */
int64_t capacity_meminfo(const char *);
int64_t capacity_cpu_max(const char *);

#endif
