/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WORKER_STREAM_H
#define WORKER_STREAM_H

/*
 * The output of a run: raw into its transcript, line by line (rendered by the
 * adapter) into output.log, and the end into the result.  Counted against
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
	bool		 skipping;	/* skip the rest of a line that was too long */
	int		 transcript;	/* descriptor or -1 */
	int64_t		 bytes, limit, since;	/* total; allowed; since the transcript was rotated */
	bool		 over;		/* more than allowed was printed */
};

void stream_init(struct stream *, struct worker *, const struct run_spec *, struct run_result *);
/* Reads once from a non-blocking pipe: 1 something, 0 end of file, -1 nothing now. */
int stream_read(struct stream *, int fd);
/* Flushes an unfinished line, and closes the transcript. */
void stream_finish(struct stream *);

#endif
