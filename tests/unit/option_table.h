/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_OPTION_TABLE_H
#define TESTS_OPTION_TABLE_H

/* Properties of every table of options. */

#include "tests/unit/scratch.h"

#include "proto/base/program.h"

static inline void
check_row(const struct syntax *s, const struct option_row *r)
{
	bool operand = r->type >= OPERAND_ONE, command = r->type == OPTION_COMMAND;
	bool bare = r->type == OPTION_FLAG || r->type == OPTION_SET || r->type == OPTION_HELP ||
	    r->type == OPTION_VERSION;

	if (r->type < OPTION_FLAG || r->type > OPERAND_ANY || r->offset >= s->size)
		fail_msg("%s: a row without type or member", s->name);
	if ((r->argument == NULL) != bare)
		fail_msg("%s: %s has an argument to show, or none", s->name, r->name);
	if (!operand && !command && r->name == NULL && r->letter == 0)
		fail_msg("%s: an option with neither name nor letter (%s)", s->name, r->help);
	if (!operand && (r->help == NULL || r->help[0] == '\0' || strpbrk(r->help, "\n") != NULL))
		fail_msg("%s: --%s: its help is one line", s->name, r->name);
	if ((r->type == OPTION_CHOICE) != (r->words != NULL) || (r->type == OPTION_NUMBER && r->min >= r->max))
		fail_msg("%s: --%s: between what is to be chosen", s->name, r->name);
}

/* No option occurs twice, or is also a common one; only optional operands may follow an optional operand. */
static inline void
check_syntax(const struct syntax *s, const struct syntax *common)
{
	enum option_type last = OPERAND_ONE;

	assert_true(s->summary[0] != '\0' && strpbrk(s->summary, "\n") == NULL);
	for (size_t i = 0; i < s->n; i++) {
		const struct option_row *r = &s->row[i], *other;

		check_row(s, r);
		for (size_t k = 0; k < i + (common == NULL ? 0 : common->n); k++) {
			other = k < i ? &s->row[k] : &common->row[k - i];
			if ((r->letter != 0 && r->letter == other->letter) ||
			    (r->name != NULL && other->name != NULL && strcmp(r->name, other->name) == 0))
				fail_msg("%s: -%c, --%s stands there twice", s->name, r->letter, r->name);
		}
		if (r->type < OPERAND_ONE)
			continue;
		if (last == OPERAND_MANY || last == OPERAND_ANY || (last == OPERAND_MAY && r->type != OPERAND_MAY))
			fail_msg("%s: %s comes after what takes it", s->name, r->argument);
		last = r->type;
	}
}

static inline void
check_commands(const struct syntax *const *list, const struct syntax *common)
{
	for (; *list != NULL; list++) {
		check_syntax(*list, common);
		if ((*list)->sub != NULL)
			check_commands((*list)->sub, common);
	}
}

static inline void
check_program(const struct program *p)
{
	struct syntax common = p->own;

	common.n = p->common;
	check_syntax(&p->own, NULL);
	check_commands(p->commands, &common);
}

#endif
