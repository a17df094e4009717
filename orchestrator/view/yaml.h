/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_YAML_H
#define ORCHESTRATOR_YAML_H

/* A JSON value as YAML: the only user of libyaml. */

struct json;

/* A document with a newline at its end; malloced.  NULL: libyaml refuses. Strings are quoted, texts of
 * several lines are blocks; what a terminal would obey is escaped. */
char *yaml_text(const struct json *);

#endif
