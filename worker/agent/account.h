/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WORKER_ACCOUNT_H
#define WORKER_ACCOUNT_H

/*
 * The account of the agent that is to run (proto/record/account.h).  At its usage limit no session begins a run with
 * it before the reset.  Then one run goes first, and the others follow when the service has answered it.
 *
 *	account_wait	before a run
 *	account_heard	when the service has answered the run
 *	account_met	when the run met the limit
 *	account_over	when the run is over: another may go first
 *
 * A session made by hand has no state directory, and shares no account.
 */

#include <stdbool.h>
#include <stdint.h>

struct agent;
struct worker;

/* false: the session was stopped meanwhile. */
bool account_wait(struct worker *, const struct agent *);
void account_heard(struct worker *);
void account_met(struct worker *, const struct agent *, int64_t until);
void account_over(struct worker *);

#endif
