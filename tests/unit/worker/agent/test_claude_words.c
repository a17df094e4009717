/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/scratch.h"

#include "proto/json/json.h"
#include "proto/settings/settings.h"
#include "worker/agent/agent.h"

#define RESULT(words)	"{\"type\":\"result\",\"subtype\":\"success\",\"is_error\":false,\"result\":\"" words "\"}"

static char agent_name[] = "claude";
static const struct agent agent = { .name = agent_name, .adapter = agent_name };
static char id[64];		/* of the last message that was sent */

/* The text of the only message sent since the last call, malloced, and its id; NULL = none. */
static char *
sent(struct agent_run *run)
{
	char err[128], *text = NULL;
	struct json *o;

	if (run->talk.out.len == 0)
		return NULL;
	assert_int_equal(run->talk.out.buf[run->talk.out.len - 1], '\n');
	o = json_parse(run->talk.out.buf, run->talk.out.len, 0, err, sizeof(err));
	assert_non_null(o);
	assert_string_equal(json_words(o, "type"), "user");
	assert_string_equal(json_words(json_get(o, "message"), "role"), "user");
	strlcpy(id, json_words(o, "uuid"), sizeof(id));
	text = strdup(json_words(json_get(o, "message"), "content"));
	json_free(o);
	text_clear(&run->talk.out);
	return text;
}

static void
is_sent(struct agent_run *run, const char *text)
{
	char *got = sent(run);

	assert_non_null(got);
	assert_string_equal(got, text);
	free(got);
}

static void
feed(struct agent_run *run, const char *line)
{
	struct text out = { 0 };

	adapter_claude.line(run, line, strlen(line), &out);
	text_free(&out);
}

/* The client says what it does with the last message. */
static void
says(struct agent_run *run, const char *what)
{
	char line[256];

	snprintf(line, sizeof(line), "{\"type\":\"command_lifecycle\",\"command_uuid\":\"%s\",\"state\":\"%s\"}", id, what);
	feed(run, line);
}

static struct agent_run
begun(void)
{
	struct agent_run run = { .agent = &agent, .role = ROLE_IMPLEMENTER, .prompt = "Do \"it\".\nNow." };

	adapter_claude.begin(&run);
	is_sent(&run, run.prompt);
	return run;
}

static void
tell(struct agent_run *run, const char *text)
{
	free(run->words);
	run->words = strdup(text);
	run->passed = WORDS_KEPT;
	adapter_claude.tell(run);
}

static void
release(struct agent_run *run)
{
	free(run->own);
	free(run->words);
	text_free(&run->talk.out);
	text_free(&run->result);
}

static void
the_input_is_closed_after_the_result(void **state)
{
	struct agent_run run = begun();

	(void)state;
	says(&run, "started");
	assert_false(run.talk.over);
	feed(&run, RESULT("Done."));
	assert_true(run.talk.over);
	says(&run, "completed");	/* after the result */
	assert_true(run.ended);
	tell(&run, "Late");
	assert_null(sent(&run));
	adapter_claude.finish(&run, 0);
	assert_false(run.error);
	release(&run);
}

static void
no_message_is_sent_to_a_client_that_does_not_report_its_prompt(void **state)
{
	struct agent_run run = begun();

	(void)state;
	tell(&run, "Hello");
	assert_null(sent(&run));
	assert_int_equal(run.passed, WORDS_KEPT);
	says(&run, "queued");
	tell(&run, "Hello");
	assert_null(sent(&run));
	release(&run);
}

static void
a_message_is_heard_when_the_client_has_started_it(void **state)
{
	struct agent_run run = begun();

	(void)state;
	says(&run, "started");
	tell(&run, "Use tabs");
	is_sent(&run, "Use tabs");
	assert_int_equal(run.passed, WORDS_SENT);
	says(&run, "queued");
	assert_int_equal(run.passed, WORDS_SENT);
	says(&run, "started");
	assert_int_equal(run.passed, WORDS_HEARD);
	feed(&run, RESULT("Done."));
	assert_true(run.talk.over);
	release(&run);
}

static void
a_result_with_a_message_in_the_queue_is_followed_by_another_turn(void **state)
{
	struct agent_run run = begun();

	(void)state;
	says(&run, "started");
	tell(&run, "Use tabs");
	is_sent(&run, "Use tabs");
	feed(&run, RESULT("Done."));
	assert_false(run.talk.over);
	assert_true(run.between);
	says(&run, "started");
	assert_int_equal(run.passed, WORDS_HEARD);
	assert_false(run.ended);	/* a client that ends here has not done it */
	feed(&run, RESULT("Tabs."));
	assert_true(run.talk.over);
	assert_string_equal(run.result.buf, "Done.\n\nTabs.");
	release(&run);
}

static void
a_message_that_the_client_does_not_take_waits_for_the_next_prompt(void **state)
{
	static const char *const ends[] = { "cancelled", "discarded", "refused" };

	(void)state;
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		struct agent_run run = begun();

		says(&run, "started");
		tell(&run, "Use tabs");
		is_sent(&run, "Use tabs");
		says(&run, "queued");
		feed(&run, RESULT("Done."));
		assert_false(run.talk.over);
		says(&run, ends[i]);
		assert_int_equal(run.passed, WORDS_BACK);
		assert_true(run.talk.over);
		tell(&run, "Use tabs");
		assert_null(sent(&run));
		release(&run);
	}
}

static void
no_message_is_sent_when_a_budget_is_spent(void **state)
{
	struct agent_run run = begun();

	(void)state;
	says(&run, "started");
	run.spent = true;
	tell(&run, "Use tabs");
	assert_null(sent(&run));
	release(&run);
}

static void
a_message_of_another_id_means_nothing(void **state)
{
	struct agent_run run = begun();

	(void)state;
	says(&run, "started");
	feed(&run, "{\"type\":\"command_lifecycle\",\"command_uuid\":\"\",\"state\":\"started\"}");
	feed(&run, "{\"type\":\"command_lifecycle\",\"state\":\"cancelled\"}");
	assert_int_equal(run.passed, WORDS_KEPT);
	release(&run);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_input_is_closed_after_the_result),
		cmocka_unit_test(no_message_is_sent_to_a_client_that_does_not_report_its_prompt),
		cmocka_unit_test(a_message_is_heard_when_the_client_has_started_it),
		cmocka_unit_test(a_result_with_a_message_in_the_queue_is_followed_by_another_turn),
		cmocka_unit_test(a_message_that_the_client_does_not_take_waits_for_the_next_prompt),
		cmocka_unit_test(no_message_is_sent_when_a_budget_is_spent),
		cmocka_unit_test(a_message_of_another_id_means_nothing),
	};
	return cmocka_run_group_tests_name("claude_words", tests, NULL, NULL);
}
