/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <yaml.h>

#include "orchestrator/view/yaml.h"
#include "proto/base/text.h"
#include "proto/json/json.h"

/* Converts YAML back to JSON: a plain scalar unchanged, others as strings. */
static struct json *
back(yaml_document_t *d, int id)
{
	yaml_node_t *n = yaml_document_get_node(d, id), *key;
	struct json *j;
	char err[256], *text;

	switch (n->type) {
	case YAML_SCALAR_NODE:
		text = (char *)n->data.scalar.value;
		if (n->data.scalar.style != YAML_PLAIN_SCALAR_STYLE)
			return json_new_string(text);
		if (strcmp(text, "null") == 0)
			return NULL;
		j = json_parse(text, strlen(text), 0, err, sizeof(err));
		assert_non_null(j);
		return j;
	case YAML_SEQUENCE_NODE:
		j = json_new_array();
		for (yaml_node_item_t *i = n->data.sequence.items.start;
		    i < n->data.sequence.items.top; i++)
			json_append(j, back(d, *i));
		return j;
	case YAML_MAPPING_NODE:
		j = json_new_object();
		for (yaml_node_pair_t *p = n->data.mapping.pairs.start;
		    p < n->data.mapping.pairs.top; p++) {
			key = yaml_document_get_node(d, p->key);
			json_put(j, (char *)key->data.scalar.value, back(d, p->value));
		}
		return j;
	case YAML_NO_NODE:
		break;
	}
	fail_msg("a node without a type");
	return NULL;
}

static void
round_trip(const char *text)
{
	char err[256], *yaml, *was, *is;
	struct json *j = json_parse(text, strlen(text), 0, err, sizeof(err)), *k;
	yaml_document_t d;
	yaml_parser_t p;

	assert_non_null(j);
	yaml = yaml_text(j);
	assert_non_null(yaml);
	for (const char *c = yaml; *c != '\0'; c++)
		if (((unsigned char)*c < ' ' && *c != '\n') || (unsigned char)*c >= 0x7f)
			fail_msg("a terminal would obey: %s", yaml);
	assert_true(yaml_parser_initialize(&p));
	yaml_parser_set_input_string(&p, (const unsigned char *)yaml, strlen(yaml));
	if (!yaml_parser_load(&p, &d))
		fail_msg("not YAML: %s", yaml);
	k = back(&d, 1);
	was = json_text(j, false, NULL);
	is = json_text(k, false, NULL);
	assert_string_equal(is, was);
	free(is);
	free(was);
	json_free(k);
	json_free(j);
	yaml_document_delete(&d);
	yaml_parser_delete(&p);
	free(yaml);
}

static void
what_is_written_is_read_the_same(void **state)
{
	(void)state;
	round_trip("{}");
	round_trip("[]");
	round_trip("{\"a\": 1, \"b\": [true, false, null, -3, 0.25], \"c\": {\"d\": []}, \"e\": {}}");
	round_trip("{\"text\": \"one\\ntwo\\n\", \"no end\": \"one\\ntwo\", \"blank\": \" one\\ntwo\"}");
	round_trip("[\"yes\", \"no\", \"null\", \"12\", \"1e3\", \"~\", \"\", \"- a\", \"a: b\", \"#x\"]");
	round_trip("[\"\\u001b[31m\\u0007\", \"\\u00e9\\u202e\", \"tab\\tend \", \"\\\"q\\\" \\\\ 'x'\"]");
	round_trip("{\"a: b\": 1, \"- c\": 2, \"d e\": {\"#\": [[1], [2, [3]]]}}");
}

static void
it_is_as_people_write_it(void **state)
{
	static const char text[] = "{\"a\": [{\"b\": \"c\", \"d\": \"40%\"}], \"s\": \"x\\ny\\n\"}";
	char err[256], *yaml;
	struct json *j = json_parse(text, strlen(text), 0, err, sizeof(err));

	(void)state;
	yaml = yaml_text(j);
	assert_string_equal(yaml, "a:\n- b: \"c\"\n  d: \"40%\"\ns: |\n  x\n  y\n");
	free(yaml);
	json_free(j);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read_the_same),
		cmocka_unit_test(it_is_as_people_write_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
