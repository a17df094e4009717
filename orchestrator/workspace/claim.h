/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_CLAIM_H
#define ORCHESTRATOR_CLAIM_H

/* Which session holds the claim of an item. */

#include <stdbool.h>
#include <stddef.h>

struct orch;

/*
 * Claims: workspace/claims/<item-id> contains the session's id and is made with
 * link(2).  claim_take returns a descriptor that marks the claim as being worked
 * on, to be closed once the session directory is in place; -1 with EEXIST and
 * the holder's id in holder.  Names that differ only in case are EEXIST as well.
 * A claim that no process is working on and whose session directory exists
 * nowhere is released and taken; holder is then the session that was never made,
 * else "".
 */
int claim_take(struct orch *, const char *item, const char *session, char *holder, size_t len);
/* A descriptor that reserves the claim of an item until it is closed; holder gets the session in it, or "".
 * -1: errno; EBUSY when another process is working on it, ENOENT when there is none. */
int claim_hold(struct orch *, const char *item, char *holder, size_t len);
/* Is another process making that session now? */
bool claim_under_way(const char *workspace, const char *session);
/* Has any instance that session among its live ones? */
bool claim_session_exists(struct orch *, const char *session);
void claim_drop(struct orch *, const char *item, const char *session);
/* Calls fn with the holder of each claim. */
void claim_each(struct orch *, void (*fn)(void *, const char *session), void *);

#endif
