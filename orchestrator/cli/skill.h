/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_SKILL_H
#define ORCHESTRATOR_SKILL_H

/* The lines of share/skills/session-orchestrator/SKILL.md, ended by NULL: made by the Makefile. */
extern const char *const skill_lines[];

#endif
