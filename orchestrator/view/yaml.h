/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_YAML_H
#define ORCHESTRATOR_YAML_H

/* A JSON value as YAML.  Nothing else uses libyaml. */

struct json;

/* A document with a newline at its end, malloced.  NULL: libyaml fails.  Strings are quoted, texts of several
 * lines are blocks; characters that a terminal would obey are escaped. */
char *yaml_text(const struct json *);

#endif
