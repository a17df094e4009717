/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The schemas of man/schema agree with the tables of members. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proto/base/text.h"
#include "proto/json/member.h"
#include "proto/json/record.h"
#include "proto/plan/tasklist.h"
#include "proto/record/config.h"
#include "proto/record/item.h"
#include "proto/record/question.h"
#include "proto/record/review.h"
#include "proto/record/state.h"
#include "proto/record/tell.h"
#include "proto/settings/settings_keys.h"

static void
same(const char *path, const char *key, const struct json *schema, const char *word, int64_t want)
{
	int64_t said = json_int(schema, word, want);

	if (said != want)
		fail_msg("%s.%s: %s is %lld in the schema, %lld in the table", path, key, word, (long long)said,
		    (long long)want);
}

static const struct member *
find(const struct member *m, const char *key)
{
	while (m->key != NULL && strcmp(m->key, key) != 0)
		m++;
	return m->key == NULL ? NULL : m;
}

static bool
lists(const struct json *words, const char *key)
{
	for (size_t i = 0; i < json_count(words); i++)
		if (strcmp(json_string(json_at(words, i)), key) == 0)
			return true;
	return false;
}

/* The members are in the table, or in the other one. */
static void compare(const char *path, const struct member *, const struct member *other, const struct json *schema);

static void
compare_one(const char *path, const struct member *m, const struct json *one)
{
	char *below = text_format("%s.%s", path, m->key);

	if (m->type == MEMBER_STR || m->type == MEMBER_TEXT)
		same(path, m->key, one, "maxLength", m->type == MEMBER_STR ? (int64_t)m->size - 1 : m->max);
	else if (m->type == MEMBER_INT) {
		same(path, m->key, one, "minimum", m->min);
		same(path, m->key, one, "maximum", m->max);
	} else if (m->type == MEMBER_STRINGS) {
		same(path, m->key, one, "maxItems", m->max);
		same(path, m->key, json_get(one, "items"), "maxLength", (int64_t)m->bytes);
	} else if (m->type == MEMBER_LIST) {
		same(path, m->key, one, "maxItems", m->max);
		compare(below, m->members, NULL, json_get(one, "items"));
	} else if (m->type == MEMBER_OBJECT)
		compare(below, m->members, NULL, one);
	free(below);
}

static void
compare(const char *path, const struct member *members, const struct member *other, const struct json *schema)
{
	const struct json *all = json_get(schema, "properties"), *one;
	const char *key;

	assert_true(json_count(all) > 0);
	for (size_t i = 0; (key = json_key(all, i, NULL)) != NULL; i++)
		if (strcmp(key, "version") != 0 && find(members, key) == NULL && (other == NULL || find(other, key) == NULL))
			fail_msg("%s.%s is in the schema alone", path, key);
	for (const struct member *m = members; m->key != NULL; m++) {
		if ((one = json_get(all, m->key)) == NULL)
			fail_msg("%s.%s is in the table alone", path, m->key);
		if (m->flags & MEMBER_NEEDED && !lists(json_get(schema, "required"), m->key))
			fail_msg("%s.%s is needed, but not in the schema", path, m->key);
		compare_one(path, m, one);
	}
}

static struct json *
load(const char *name)
{
	char *path = text_format("man/schema/%s.schema.json", name), *buf, err[RECORD_ERR];
	struct json *schema;
	size_t len;

	assert_int_equal(file_read(AT_FDCWD, path, RECORD_MAX, &buf, &len), 0);
	assert_non_null(schema = json_parse(buf, len, 0, err, sizeof(err)));
	free(buf);
	free(path);
	return schema;
}

static void
the_schema_of_a_record_says_what_its_table_says(void **state)
{
	static const struct { const struct record *record; const char *name; } all[] = {
		{ &state_record, "state" }, { &questions_record, "questions" }, { &tells_record, "messages" },
		{ &review_record, "review" },
		{ &item_record, "item" }, { &config_record, "config" },
	};
	struct json *schema;

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		schema = load(all[i].name);
		compare(all[i].name, all[i].record->members, NULL, schema);
		json_free(schema);
	}
}

static void
the_schema_of_a_task_list_says_what_its_tables_say(void **state)
{
	static const struct member tasks[] = { { .key = "tasks" }, { .key = NULL } };
	const struct json *task;
	struct json *schema;

	(void)state;
	schema = load("tasklist");
	compare("tasklist", tasklist_members, tasks, schema);
	task = json_get(json_get(json_get(schema, "properties"), "tasks"), "items");
	compare("task", task_members, item_record.members, task);
	compare("item", item_record.members, task_members, task);
	json_free(schema);
}

/* The object in a schema that has properties: the schema itself, an element of it, or one of its alternatives. */
static const struct json *
object_of(const struct json *schema)
{
	static const char *const in[] = { "items", "additionalProperties" };
	const struct json *found = json_get(schema, "properties") != NULL ? schema : NULL, *one = json_get(schema, "oneOf");

	for (size_t i = 0; found == NULL && i < sizeof(in) / sizeof(in[0]); i++)
		if (json_kind(json_get(schema, in[i])) == JSON_OBJECT)
			found = object_of(json_get(schema, in[i]));
	for (size_t i = 0; found == NULL && i < json_count(one); i++)
		found = object_of(json_at(one, i));
	return found;
}

static void
compare_keys(const char *path, const struct key *table, const struct json *schema)
{
	const struct json *all = json_get(object_of(schema), "properties"), *one;
	const struct key *key;
	const char *name;
	char *below;

	for (size_t i = 0; (name = json_key(all, i, NULL)) != NULL; i++) {
		for (key = table; key->name != NULL && strcmp(key->name, name) != 0; key++)
			;
		if (key->name == NULL)
			fail_msg("%s.%s is in the schema alone", path, name);
	}
	for (key = table; key->name != NULL; key++) {
		/* $schema is in the file of a user, but never written */
		if ((one = json_get(all, key->name)) == NULL && key->put != put_ignored)
			fail_msg("%s.%s is in the table alone", path, key->name);
		if (key->set == key_int) {
			same(path, key->name, one, "minimum", key->min);
			same(path, key->name, one, "maximum", key->max);
		}
		if (key->below == NULL)
			continue;
		below = text_format("%s.%s", path, key->name);
		compare_keys(below, key->below, one);
		free(below);
	}
}

static void
the_schemas_of_the_settings_say_what_their_table_says(void **state)
{
	struct json *schema;

	(void)state;
	schema = load("settings");
	compare_keys("settings", settings_keys, schema);
	json_free(schema);
	schema = load("config");
	compare_keys("config.settings", settings_keys, json_get(json_get(schema, "properties"), "settings"));
	json_free(schema);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_schema_of_a_record_says_what_its_table_says),
		cmocka_unit_test(the_schema_of_a_task_list_says_what_its_tables_say),
		cmocka_unit_test(the_schemas_of_the_settings_say_what_their_table_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
