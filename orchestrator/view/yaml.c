/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
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

#define DEPTH	32		/* as in JSON */
#define VALUES	2097152

/* A document that is read. */
struct reading {
	yaml_document_t	 doc;
	size_t		 values;	/* so far; a node with several aliases counts each time */
	char		*err;
	size_t		 errlen;
};

static struct json *
refuse(struct reading *r, const yaml_node_t *node, const char *why)
{
	snprintf(r->err, r->errlen, "line %zu: %s", node->start_mark.line + 1, why);
	return NULL;
}

/* A plain scalar is what it is in JSON, else a string. */
static struct json *
read_scalar(struct reading *r, const yaml_node_t *node)
{
	const char *s = (const char *)node->data.scalar.value;
	char why[64];
	struct json *j = NULL;

	if (strlen(s) != node->data.scalar.length)
		return refuse(r, node, "a text must not have a NUL byte");
	if (node->data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
	    (j = json_parse(s, strlen(s), 0, why, sizeof(why))) != NULL &&
	    json_kind(j) != JSON_BOOL && json_kind(j) != JSON_INT && json_kind(j) != JSON_REAL) {
		json_free(j);
		j = NULL;
	}
	return j == NULL ? json_new_string(s) : j;
}

static struct json *read_node(struct reading *, int, unsigned);

static struct json *
read_mapping(struct reading *r, const yaml_node_t *node, unsigned depth)
{
	struct json *o = json_new_object(), *v;
	const yaml_node_t *key;

	for (yaml_node_pair_t *p = node->data.mapping.pairs.start; p < node->data.mapping.pairs.top; p++) {
		key = yaml_document_get_node(&r->doc, p->key);
		if (key->type != YAML_SCALAR_NODE || strlen((char *)key->data.scalar.value) != key->data.scalar.length)
			refuse(r, key, "a key must be a text");
		else if (json_get(o, (char *)key->data.scalar.value) != NULL)
			refuse(r, key, "the key is given twice");
		else if ((v = read_node(r, p->value, depth + 1)) != NULL) {
			json_put(o, (char *)key->data.scalar.value, v);
			continue;
		}
		json_free(o);
		return NULL;
	}
	return o;
}

static struct json *
read_sequence(struct reading *r, const yaml_node_t *node, unsigned depth)
{
	struct json *a = json_new_array(), *v;

	for (yaml_node_item_t *i = node->data.sequence.items.start; i < node->data.sequence.items.top; i++) {
		if ((v = read_node(r, *i, depth + 1)) == NULL) {
			json_free(a);
			return NULL;
		}
		json_append(a, v);
	}
	return a;
}

/* NULL with r->err. */
static struct json *
read_node(struct reading *r, int id, unsigned depth)
{
	const yaml_node_t *node = yaml_document_get_node(&r->doc, id);

	if (depth > DEPTH)
		return refuse(r, node, "nested too deep");
	if (++r->values > VALUES)
		return refuse(r, node, "too many values");
	switch (node->type) {
	case YAML_MAPPING_NODE:
		return read_mapping(r, node, depth);
	case YAML_SEQUENCE_NODE:
		return read_sequence(r, node, depth);
	case YAML_SCALAR_NODE:
	case YAML_NO_NODE:
		break;
	}
	return read_scalar(r, node);
}

struct json *
yaml_parse(const char *text, size_t len, char *err, size_t errlen)
{
	struct reading r = { .err = err, .errlen = errlen };
	struct json *j = NULL;
	yaml_parser_t p;

	if (!yaml_parser_initialize(&p)) {
		snprintf(err, errlen, "out of memory");
		return NULL;
	}
	yaml_parser_set_input_string(&p, (const unsigned char *)text, len);
	if (!yaml_parser_load(&p, &r.doc))
		snprintf(err, errlen, "line %zu: %s", p.problem_mark.line + 1,
		    p.problem == NULL ? "not YAML" : p.problem);
	else {
		if (yaml_document_get_root_node(&r.doc) == NULL)
			snprintf(err, errlen, "it is empty");
		else
			j = read_node(&r, 1, 0);
		yaml_document_delete(&r.doc);
	}
	yaml_parser_delete(&p);
	return j;
}
