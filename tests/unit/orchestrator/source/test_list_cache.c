/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/scratch.h"

#include "orchestrator/source/tasks.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/text.h"

static int
rename_list(struct tasklist *l, void *arg)
{
	free(l->name);
	l->name = text_format("%s", (const char *)arg);
	return 0;
}

static void
a_list_is_read_once_and_again_when_its_file_has_changed(void **state)
{
	const char *w = *state;
	char after[] = "after", id[TASKLIST_ID_MAX], *path;
	const struct tasklist *l;
	struct tasklist own;
	const char *name;
	bool good;

	tasklist_make(&own, "before");
	strlcpy(id, own.id, sizeof(id));
	assert_int_equal(tasks_keep(w, &own), 0);
	tasklist_release(&own);
	assert_non_null(l = tasks_see(w, id, &good));
	name = l->name;
	assert_string_equal(name, "before");
	assert_ptr_equal(tasks_see(w, id, &good)->name, name);
	assert_int_equal(tasks_read(w, id, &own), 0);
	assert_ptr_equal(own.name, name);
	tasklist_release(&own);
	assert_int_equal(tasks_change(w, id, rename_list, after), 0);
	assert_string_equal(tasks_see(w, id, &good)->name, "after");
	assert_true(good);
	path = tasks_path(w, id);
	assert_int_equal(truncate(path, 10), 0);
	assert_string_equal(tasks_see(w, id, &good)->name, "before");
	assert_false(good);
	assert_int_equal(tasks_view(w, id, &l), EX_DATAERR);
	assert_int_equal(tasks_read(w, id, &own), EX_DATAERR);
	free(path);
	list_cache_free();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SCRATCH_TEST(a_list_is_read_once_and_again_when_its_file_has_changed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
