/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_SPANS_H
#define ORCHESTRATOR_SPANS_H

/* The timeline of a session from its records: runs, gates and waits.  Pure. */

#include <stddef.h>
#include <stdint.h>

struct facts;
struct gate_result;
struct state_run;

enum span_kind {
	SPAN_SESSION,	/* from its dispatch to its end */
	SPAN_RUN,	/* of an agent */
	SPAN_GATE,
	SPAN_WAIT,	/* for an answer */
	SPAN_READY,	/* approved, for the merge */
	SPAN_KINDS
};
struct span {
	enum span_kind	 kind;
	const char	*name;		/* the role, or the gate; "" = none */
	int64_t		 from, to;	/* wall ms; to is not before from */
	const char	*error;		/* why it failed, in a word; "" = it did not */
	const char	*message;	/* the same as a sentence */
	const struct state_run *run;	/* of SPAN_RUN, else NULL */
	const struct gate_result *gate;	/* of SPAN_GATE, else NULL */
};
struct spans { struct span *v; size_t n; };

/* Fills the spans: first the session, then its runs, its gates and its waits, each oldest first.  A span that has not
 * ended ends now (wall ms).  Names and errors belong to the facts. */
void spans_of(const struct facts *, int64_t now, struct spans *);
void spans_free(struct spans *);

#endif
