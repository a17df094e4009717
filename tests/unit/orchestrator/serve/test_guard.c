/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

#include "orchestrator/serve/guard.h"

#define TOKEN	"m3s0hnfp9l1vq"

/* The status of the reply to a request; 200 = it is not refused. */
static unsigned int
status_of(const char *address, const struct asked *a)
{
	struct guard g = { .token = TOKEN };
	unsigned int status;

	strlcpy(g.address, address, sizeof(g.address));
	assert_true((guard_refuses(&g, a, &status) == NULL) == (status == 200));
	return status;
}

static unsigned int
host(const char *address, const char *name)
{
	return status_of(address, &(struct asked){ .method = "GET", .path = "/health", .host = name });
}

static void
only_names_of_this_computer_are_hosts(void **state)
{
	static const char *const good[] = { "localhost", "LocalHost:9090", "127.0.0.1", "127.9.9.9:1", "[::1]", "[::1]:9090" };
	static const char *const bad[] = { NULL, "", ":9090", "[", "[]", "example.org", "localhost.example.org", "127.0.0.1.example.org",
		"xlocalhost", "192.0.2.7", "0.0.0.0", "2130706433", "127.1", "::1", "[::2]",
		"a-name-that-is-longer-than-any-address-of-this-computer-could-be.example" };

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_int_equal(host("127.0.0.1", good[i]), 200);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(host("127.0.0.1", bad[i]), 403);
	assert_int_equal(host("192.0.2.7", "192.0.2.7:80"), 200);
	assert_int_equal(host("192.0.2.7", "192.0.2.8:80"), 403);
	assert_int_equal(host("0.0.0.0", "192.0.2.8:80"), 200);
	assert_int_equal(host("::", "[2001:db8::1]:80"), 200);
	assert_int_equal(host("0.0.0.0", "example.org"), 403);
}

static unsigned int
origin(const char *from)
{
	return status_of("127.0.0.1",
	    &(struct asked){ .method = "GET", .path = "/api/sessions", .host = "localhost:9090", .origin = from });
}

static void
only_pages_of_this_server_ask(void **state)
{
	(void)state;
	assert_int_equal(origin(NULL), 200);
	assert_int_equal(origin("http://localhost:9090"), 200);
	assert_int_equal(origin("http://localhost"), 403);
	assert_int_equal(origin("http://localhost:9090.example.org"), 403);
	assert_int_equal(origin("http://127.0.0.1:9090"), 403);
	assert_int_equal(origin("https://localhost:9090"), 403);
	assert_int_equal(origin("null"), 403);
	assert_int_equal(origin(""), 403);
}

static unsigned int
site(const char *path, const char *of)
{
	return status_of("127.0.0.1", &(struct asked){ .method = "GET", .path = path, .host = "localhost", .site = of });
}

static void
pages_of_others_load_nothing_but_the_page(void **state)
{
	(void)state;
	assert_int_equal(site("/api/sessions/x/diff", "same-origin"), 200);
	assert_int_equal(site("/api/sessions/x/diff", "none"), 200);
	assert_int_equal(site("/api/sessions/x/diff", "same-site"), 403);
	assert_int_equal(site("/api/sessions/x/diff", "cross-site"), 403);
	assert_int_equal(site("/", "cross-site"), 200);
}

static unsigned int
post(const char *authorization, const char *type)
{
	return status_of("127.0.0.1", &(struct asked){ .method = "POST", .path = "/api/sessions/x/merge", .host = "localhost", .type = type,
	    .authorization = authorization });
}

static void
acting_needs_token_and_json(void **state)
{
	(void)state;
	assert_int_equal(post("Bearer " TOKEN, "application/json"), 200);
	assert_int_equal(post("bearer " TOKEN, "Application/JSON; charset=utf-8"), 200);
	assert_int_equal(post(NULL, "application/json"), 401);
	assert_int_equal(post("Bearer ", "application/json"), 401);
	assert_int_equal(post(TOKEN, "application/json"), 401);
	assert_int_equal(post("Bearer " TOKEN "x", "application/json"), 401);
	assert_int_equal(post("Bearer m3s0hnfp9l1vx", "application/json"), 401);
	assert_int_equal(post("Bearer " TOKEN, NULL), 415);
	assert_int_equal(post("Bearer " TOKEN, "text/plain"), 415);
	assert_int_equal(post("Bearer " TOKEN, "application/jsonp"), 415);
}

static void
reading_needs_the_token_where_others_can_reach_it(void **state)
{
	struct asked a = { .method = "GET", .path = "/api/sessions", .host = "localhost" };

	(void)state;
	assert_int_equal(status_of("127.0.0.1", &a), 200);
	assert_int_equal(status_of("::1", &a), 200);
	assert_int_equal(status_of("0.0.0.0", &a), 401);
	a.authorization = "Bearer " TOKEN;
	assert_int_equal(status_of("0.0.0.0", &a), 200);
	a = (struct asked){ .method = "GET", .path = "/", .host = "localhost" };
	assert_int_equal(status_of("0.0.0.0", &a), 200);
}

static void
other_methods_are_refused(void **state)
{
	(void)state;
	assert_int_equal(status_of("127.0.0.1", &(struct asked){ .method = "PUT", .path = "/", .host = "localhost" }), 405);
	assert_int_equal(status_of("127.0.0.1", &(struct asked){ .method = "HEAD", .path = "/", .host = "localhost" }), 200);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_names_of_this_computer_are_hosts),
		cmocka_unit_test(only_pages_of_this_server_ask),
		cmocka_unit_test(pages_of_others_load_nothing_but_the_page),
		cmocka_unit_test(acting_needs_token_and_json),
		cmocka_unit_test(reading_needs_the_token_where_others_can_reach_it),
		cmocka_unit_test(other_methods_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
