/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_HEADLINE_H
#define ORCHESTRATOR_HEADLINE_H

/* Parts of the first line of status and execute. */

#include <stddef.h>
#include <stdint.h>

struct orch;
struct text;

/* "proj on main", as a heading. */
void headline_title(struct text *, const struct orch *);
/* The name of a list and its progress: "sprint: 7/10". */
void headline_list(struct text *, const char *name, size_t done, size_t total);
/* ", 2 running, 41m, 1.84 USD": cost in millionths of a dollar; an age of NULL and a cost of 0 are left out. */
void headline_counts(struct text *, size_t running, const char *age, int64_t cost);

#endif
