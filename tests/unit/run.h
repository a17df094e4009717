/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_RUN_H
#define TESTS_RUN_H

/* The files of unit tests, by name; made by the Makefile. */
struct unit {
	const char	*name;
	int		(*run)(void);
};
extern const struct unit units[];	/* ended by a name NULL */

#endif
