/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WORKER_STREAM_H
#define WORKER_STREAM_H

/*
 * What a run prints: raw into its transcript, line by line (rendered by the
 * adapter) into output.log, its end into the result.  Counted against
 * transcript_mb.
 */

#include <stdbool.h>
#include <stdint.h>

#include "proto/base/text.h"
#include "worker/run/run.h"

struct stream {
	struct worker	*w;
	const struct run_spec *spec;
	struct run_result *res;
	struct text	 line;		/* an unfinished line */
	bool		 skipping;	/* the rest of a line that was too long */
	int		 transcript;	/* descriptor or -1 */
	int64_t		 bytes, limit, since;	/* in all; allowed; since the transcript was rotated */
	bool		 over;		/* more than allowed */
};

void stream_init(struct stream *, struct worker *, const struct run_spec *, struct run_result *);
/* Reads once what a non-blocking pipe has: 1 something, 0 end of file, -1 nothing now. */
int stream_read(struct stream *, int fd);
/* Flushes an unfinished line, closes the transcript. */
void stream_finish(struct stream *);

#endif
