/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/scratch.h"

#include "proto/settings/clients.h"
#include "worker/agent/agent.h"

static void
each_client_that_has_an_adapter_is_found_by_it(void **state)
{
	(void)state;
	assert_non_null(adapter_find(ADAPTER_COMMAND));
	for (size_t i = 0; i < nclients; i++)
		assert_int_equal(adapter_find(clients[i].name) != NULL, clients[i].adapter);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_client_that_has_an_adapter_is_found_by_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
