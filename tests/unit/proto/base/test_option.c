/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/scratch.h"

#include <sysexits.h>

#include "proto/base/log.h"
#include "proto/base/option.h"
#include "proto/base/text.h"

struct arguments {
	bool flag, other;
	int set;
	const char *string, *choice, *one, *may;
	struct option_number number;
	struct strings list;
	char *const *rest, *const *command;
};
static const char *const words[] = { "red", "green", "blue", NULL };
static const struct option_row rows[] = {
	OPT_FLAG(struct arguments, flag, 'f', "flag", "a flag"),
	OPT_FLAG(struct arguments, other, 'o', NULL, "a letter alone"),
	OPT_SET(struct arguments, set, 0, "on", 2, "the one value"),
	OPT_SET(struct arguments, set, 0, "off", 1, "the other value"),
	OPT_STRING(struct arguments, string, 's', "string", "TEXT", "a text"),
	OPT_CHOICE(struct arguments, choice, 0, "choice", "COLOUR", words, "a word"),
	OPT_NUMBER(struct arguments, number, 'n', "number", "N", 1, 10, "a number"),
	OPT_LIST(struct arguments, list, 0, "list", "ITEM", "some of them"),
	OPT_COMMAND(struct arguments, command, "COMMAND ...", "a command"),
	OPERAND(struct arguments, one, "ONE"),
	OPERAND_OPTIONAL(struct arguments, may, "MAY"),
};
static const struct syntax syntax = { .name = "try", .summary = "try it", OPTION_ROWS(rows, struct arguments) };

struct shared { const char *dir; bool json; };
static const struct option_row shared_rows[] = {
	OPT_STRING(struct shared, dir, 'C', NULL, "DIR", "a directory"),
	OPT_FLAG(struct shared, json, 0, "json", "for programs"),
	OPT_HELP('h', "help", "this"),
};
static const struct syntax shared_syntax = { .name = "", .summary = "", OPTION_ROWS(shared_rows, struct shared) };

static struct arguments a;
static struct shared g;
static struct text said;
static char *vector[24];

static void
hear(const char *line)
{
	text_puts(&said, line);
}

/* The words of a line, separated by blanks; "_" stands for a blank in a word. */
static int
parse_as(const struct syntax *s, const char *line)
{
	static char *copy;
	char *next, *word;
	size_t n = 0;

	option_release(&syntax, &a);
	memset(&a, 0, sizeof(a));
	memset(&g, 0, sizeof(g));
	text_clear(&said);
	free(copy);
	copy = next = strdup(line);
	while ((word = strsep(&next, " ")) != NULL) {
		for (char *p = word; *p != '\0'; p++)
			*p = *p == '_' ? ' ' : *p;
		vector[n++] = word;
	}
	vector[n] = NULL;
	log_to(hear);
	return option_parse(s, &a, &shared_syntax, &g, vector);
}

static int
parse(const char *line)
{
	return parse_as(&syntax, line);
}

static void
refused(const char *line, const char *why)
{
	assert_int_equal(parse(line), EX_USAGE);
	if (strstr(said.buf, why) == NULL)
		fail_msg("%s: said \"%s\", not \"%s\"", line, said.buf, why);
	assert_non_null(strstr(said.buf, "; see "));
}

static void
each_kind_of_option_fills_its_member(void **state)
{
	(void)state;
	assert_int_equal(parse("--flag -o --on --string text --choice=green -n 7 --list a x --list b y"), 0);
	assert_true(a.flag && a.other);
	assert_int_equal(a.set, 2);
	assert_string_equal(a.string, "text");
	assert_string_equal(a.choice, "green");
	assert_true(a.number.given);
	assert_int_equal(a.number.value, 7);
	assert_int_equal(a.list.n, 2);
	assert_string_equal(a.list.v[1], "b");
	assert_string_equal(a.one, "x");
	assert_string_equal(a.may, "y");
	assert_null(a.command);
}

static void
options_stand_before_and_after_operands(void **state)
{
	(void)state;
	assert_int_equal(parse("x --json -C dir y -f"), 0);
	assert_true(g.json && a.flag);
	assert_string_equal(g.dir, "dir");
	assert_string_equal(a.may, "y");
	assert_int_equal(parse("x --off --on"), 0);
	assert_int_equal(a.set, 2);
	assert_null(a.may);
}

static void
letters_and_names_may_be_written_short(void **state)
{
	(void)state;
	assert_int_equal(parse("-fos=v -n3 --str t --js x"), 0);
	assert_true(a.flag && a.other && g.json);
	assert_string_equal(a.string, "t");
	assert_int_equal(a.number.value, 3);
	refused("--o x", "--o: more than one option begins with this");
}

static void
a_command_follows_two_dashes(void **state)
{
	(void)state;
	assert_int_equal(parse("--string -- x -f -- sh -c -- --flag"), 0);
	assert_string_equal(a.string, "--");
	assert_true(a.flag);
	assert_string_equal(a.one, "x");
	assert_string_equal(a.command[0], "sh");
	assert_string_equal(a.command[3], "--flag");
	assert_null(a.command[4]);
	refused("x --", "--: needs a command");
}

static void
what_is_wrong_is_said_in_one_line(void **state)
{
	(void)state;
	refused("x --strnig y", "try: --strnig: no such option (did you mean \"--string\"?)");
	refused("x --jsn", "--jsn: no such option (did you mean \"--json\"?)");
	refused("x -x", "-x: no such option");
	refused("x -rf", "-rf: no such option");
	refused("x --string", "--string: needs an argument");
	refused("x -n", "-n: needs an argument");
	refused("x --flag=yes", "--flag: takes no argument");
	refused("x --choice yellow", "--choice yellow: say red, green or blue");
	refused("x --number 11", "--number 11: give a number from 1 to 10");
	refused("x --number 1x", "give a number");
	refused("--flag", "ONE is missing");
	refused("x y z", "\"z\" is one argument too many");
}

static void
help_is_asked_for_before_operands_are_missed(void **state)
{
	(void)state;
	assert_int_equal(parse("--help"), OPTION_ASKED_HELP);
	assert_int_equal(parse("x -h --nonsense"), OPTION_ASKED_HELP);
}

static void
a_text_that_begins_with_a_dash_is_an_operand(void **state)
{
	(void)state;
	assert_int_equal(parse("-_the_net_is_down -"), 0);
	assert_string_equal(a.one, "- the net is down");
	assert_string_equal(a.may, "-");
	assert_int_equal(parse("-s_text x"), 0);
	assert_string_equal(a.string, " text");
}

static void
operands_may_be_the_end_of_options(void **state)
{
	static const struct option_row rest[] = {
		OPT_FLAG(struct arguments, flag, 'f', NULL, "a flag"),
		OPERANDS(struct arguments, rest, "WORD ..."),
	};
	static const struct syntax stops = { .name = "try", .summary = "try it", .stops = true,
		OPTION_ROWS(rest, struct arguments) };

	(void)state;
	assert_int_equal(parse_as(&stops, "-f x -f -- y"), 0);
	assert_string_equal(a.rest[1], "-f");
	assert_string_equal(a.rest[2], "--");
	assert_null(a.rest[4]);
	assert_int_equal(parse_as(&stops, "-f"), EX_USAGE);
	assert_int_equal(parse_as(&stops, "-- -f"), 0);
	assert_string_equal(a.rest[0], "-f");
}

#define MANY(n)	OPT_LIST(struct arguments, list, 0, "many-" #n, "ITEM", "one of many"),
static const struct option_row many[] = {
	MANY(1) MANY(2) MANY(3) MANY(4) MANY(5) MANY(6) MANY(7) MANY(8) MANY(9) MANY(10)
	MANY(11) MANY(12) MANY(13) MANY(14) MANY(15) MANY(16) MANY(17) MANY(18) MANY(19) MANY(20)
};

static void
a_seventeenth_option_is_one_like_the_first(void **state)
{
	static const struct syntax s = { .name = "try", .summary = "try it", OPTION_ROWS(many, struct arguments) };

	(void)state;
	_Static_assert(sizeof(many) / sizeof(many[0]) == 20, "more than sixteen");
	assert_int_equal(parse_as(&s, "--many-1 a --many-17 b --many-20 c"), 0);
	assert_int_equal(a.list.n, 3);
	assert_string_equal(a.list.v[2], "c");
	assert_int_equal(parse_as(&s, "--mnay-19 a"), EX_USAGE);
	assert_non_null(strstr(said.buf, "did you mean \"--many-19\"?"));
}

static int
end(void **state)
{
	(void)state;
	log_to(NULL);
	option_release(&syntax, &a);
	text_free(&said);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_kind_of_option_fills_its_member),
		cmocka_unit_test(options_stand_before_and_after_operands),
		cmocka_unit_test(letters_and_names_may_be_written_short),
		cmocka_unit_test(a_command_follows_two_dashes),
		cmocka_unit_test(what_is_wrong_is_said_in_one_line),
		cmocka_unit_test(help_is_asked_for_before_operands_are_missed),
		cmocka_unit_test(a_text_that_begins_with_a_dash_is_an_operand),
		cmocka_unit_test(operands_may_be_the_end_of_options),
		cmocka_unit_test(a_seventeenth_option_is_one_like_the_first),
	};

	return cmocka_run_group_tests(tests, NULL, end);
}
