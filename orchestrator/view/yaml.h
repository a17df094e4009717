/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_YAML_H
#define ORCHESTRATOR_YAML_H

/* JSON values as YAML, and back.  Nothing else uses libyaml. */

#include <stddef.h>

struct json;

/* A document with a newline at its end, malloced.  NULL: libyaml fails.  Strings are quoted, texts of several
 * lines are blocks; characters that a terminal would obey are escaped. */
char *yaml_text(const struct json *);
/* The first document of a text; the caller frees it.  NULL with err, such as "line 3: ...".  Tags are ignored, an
 * empty value is an empty string, and what YAML alone has for numbers and dates stays text. */
struct json *yaml_parse(const char *text, size_t len, char *err, size_t errlen);

#endif
