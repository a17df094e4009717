/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef COUNT_H
#define COUNT_H

/*
 * Instructions in user space of the calls of measured(): by the processor's
 * counter (perf_event_open) where the kernel has one for us, else by callgrind,
 * under which tests/bench/run starts the program once more and which counts in
 * measured() alone.  Both count the same thing, and the same each time.
 */

#include <linux/perf_event.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>

#include "bench.h"

static int counter = -1;

static inline void
count_open(void)
{
	struct perf_event_attr a = { .type = PERF_TYPE_HARDWARE, .size = sizeof(a),
		.config = PERF_COUNT_HW_INSTRUCTIONS, .disabled = 1, .exclude_kernel = 1,
		.exclude_hv = 1 };

	counter = (int)syscall(SYS_perf_event_open, &a, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
}

static __attribute__((noinline)) void
measured(void (*fn)(void *), void *arg)
{
	if (counter != -1)
		ioctl(counter, PERF_EVENT_IOC_ENABLE, 0);
	fn(arg);
	if (counter != -1)
		ioctl(counter, PERF_EVENT_IOC_DISABLE, 0);
}

/* Prints "INSTRUCTIONS CALLS", or "- CALLS" when another program must count. */
static inline void
count_print(int out, long calls)
{
	long long n;

	if (counter == -1)
		dprintf(out, "- %ld\n", calls);
	else if (read(counter, &n, sizeof(n)) != sizeof(n))
		err(1, "perf counter");
	else
		dprintf(out, "%lld %ld\n", n, calls);
}

#endif
