/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_PAGE_H
#define ORCHESTRATOR_PAGE_H

/* The files of share/page, compiled in; ended by name NULL. */

struct page_file {
	const char	*name;
	const char	*const *lines;	/* ended by NULL */
};
extern const struct page_file page_files[];

#endif
