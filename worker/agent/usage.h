/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WORKER_USAGE_H
#define WORKER_USAGE_H

/* Adds the tokens and cost of a run to those of its session, during the run. */

struct agent_run;
struct state;

/* May be called whenever the client reports more: it adds the difference to the last call.  If the client's figures are
 * of the whole conversation, it subtracts those from before the run, unless the new ones are smaller and so of the run
 * alone.  Until the client reports the run's figures, those seen in its stream count. */
void usage_add(struct state *, struct agent_run *);

#endif
