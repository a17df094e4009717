/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_PAGER_H
#define ORCHESTRATOR_PAGER_H

/* The pager that the user has chosen for git, when standard output is a terminal. */

struct pager { int pid; };

/* From here on standard output goes to the pager; without one nothing changes. */
void pager_begin(struct pager *);
/* Standard output ends, and this waits until the reader leaves the pager. */
void pager_end(struct pager *);

#endif
