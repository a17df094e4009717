/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "orchestrator/view/yaml.h"
#include "proto/base/text.h"
#include "proto/json/json.h"

static int
collect(void *arg, unsigned char *buf, size_t len)
{
	text_add(arg, buf, len);
	return 1;
}

static bool
put(yaml_emitter_t *e, yaml_event_t *event)
{
	return yaml_emitter_emit(e, event) == 1;
}

/* Only a text that is shown unchanged may be a block. */
static bool
is_block(const char *s)
{
	for (const char *p = s; *p != '\0'; p++)
		if (((unsigned char)*p < ' ' && *p != '\n') || (unsigned char)*p >= 0x7f)
			return false;
	return s[0] != ' ' && s[0] != '\n' && strchr(s, '\n') != NULL;
}

static bool
scalar(yaml_emitter_t *e, const char *s, yaml_scalar_style_t style)
{
	yaml_event_t event;
	char *copy = text_format("%s", s);
	bool done;

	done = yaml_scalar_event_initialize(&event, NULL, NULL, (yaml_char_t *)copy,
	    (int)strlen(copy), 1, 1, style) == 1 && put(e, &event);
	free(copy);
	return done;
}

static bool value(yaml_emitter_t *, const struct json *);

static bool
sequence(yaml_emitter_t *e, const struct json *j)
{
	yaml_event_t event;

	if (!yaml_sequence_start_event_initialize(&event, NULL, NULL, 1, json_count(j) == 0 ?
	    YAML_FLOW_SEQUENCE_STYLE : YAML_BLOCK_SEQUENCE_STYLE) || !put(e, &event))
		return false;
	for (size_t i = 0; i < json_count(j); i++)
		if (!value(e, json_at(j, i)))
			return false;
	return yaml_sequence_end_event_initialize(&event) && put(e, &event);
}

static bool
mapping(yaml_emitter_t *e, const struct json *j)
{
	const struct json *v;
	const char *key;
	yaml_event_t event;

	if (!yaml_mapping_start_event_initialize(&event, NULL, NULL, 1, json_count(j) == 0 ?
	    YAML_FLOW_MAPPING_STYLE : YAML_BLOCK_MAPPING_STYLE) || !put(e, &event))
		return false;
	for (size_t i = 0; (key = json_key(j, i, &v)) != NULL; i++)
		if (!scalar(e, key, YAML_PLAIN_SCALAR_STYLE) || !value(e, v))
			return false;
	return yaml_mapping_end_event_initialize(&event) && put(e, &event);
}

static bool
value(yaml_emitter_t *e, const struct json *j)
{
	const char *s;
	char *text;
	bool done;

	switch (json_kind(j)) {
	case JSON_OBJECT:
		return mapping(e, j);
	case JSON_ARRAY:
		return sequence(e, j);
	case JSON_STRING:
		s = json_string(j);
		return scalar(e, s, is_block(s) ? YAML_LITERAL_SCALAR_STYLE :
		    YAML_DOUBLE_QUOTED_SCALAR_STYLE);
	case JSON_NULL:
		return scalar(e, "null", YAML_PLAIN_SCALAR_STYLE);
	case JSON_BOOL:
	case JSON_INT:
	case JSON_REAL:
		break;
	}
	text = json_text(j, false, NULL);
	done = scalar(e, text, YAML_PLAIN_SCALAR_STYLE);
	free(text);
	return done;
}

char *
yaml_text(const struct json *j)
{
	struct text t = { 0 };
	yaml_emitter_t e;
	yaml_event_t event;
	bool done;

	if (!yaml_emitter_initialize(&e))
		return NULL;
	yaml_emitter_set_output(&e, collect, &t);
	yaml_emitter_set_width(&e, -1);
	yaml_emitter_set_unicode(&e, 0);
	done = yaml_stream_start_event_initialize(&event, YAML_UTF8_ENCODING) && put(&e, &event) &&
	    yaml_document_start_event_initialize(&event, NULL, NULL, NULL, 1) && put(&e, &event) &&
	    value(&e, j) &&
	    yaml_document_end_event_initialize(&event, 1) && put(&e, &event) &&
	    yaml_stream_end_event_initialize(&event) && put(&e, &event) && yaml_emitter_flush(&e);
	yaml_emitter_delete(&e);
	if (done)
		return t.buf;
	text_free(&t);
	return NULL;
}
