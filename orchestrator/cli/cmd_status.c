/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "orchestrator/cli/status_held.h"
#include "orchestrator/cli/status_list.h"
#include "orchestrator/cli/status_one.h"
#include "orchestrator/cli/status_places.h"
#include "orchestrator/cli/status_streams.h"
#include "orchestrator/execute/cache.h"
#include "orchestrator/merge/by_hand.h"
#include "orchestrator/session/accounts.h"
#include "orchestrator/session/budgets.h"
#include "orchestrator/session/registry.h"
#include "orchestrator/session/show_entry.h"
#include "orchestrator/session/target_tell.h"
#include "orchestrator/source/tasks.h"
#include "orchestrator/view/look.h"
#include "orchestrator/view/show.h"
#include "orchestrator/workspace/cmd.h"
#include "orchestrator/workspace/control.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/alloc.h"
#include "proto/base/array.h"
#include "proto/base/clock.h"
#include "proto/base/text.h"
#include "proto/json/json.h"
#include "proto/json/record.h"
#include "proto/record/config.h"
#include "proto/record/ledger.h"
#include "proto/sys/file.h"

#define DAY	(INT64_C(24) * 3600 * 1000)

struct arguments {
	const char	*session, *status, *list, *stream;
	bool		 all, line, everywhere;
};

static const char *const groups[GROUP_COUNT] = { "active", "questions", "review", "ready", "ended" };

/* Is it one of a task list?  Its settings name the list. */
static bool
is_of_list(const struct entry *e, const char *list)
{
	char why[RECORD_ERR];
	struct config c = { 0 };
	int fd = file_open_dir(AT_FDCWD, e->path);
	bool is = fd != -1 && config_load(fd, &c, why, sizeof(why)) == 0 && c.list != NULL && strcmp(c.list, list) == 0;

	config_release(&c);
	file_close(fd);
	return is;
}

static bool
is_wanted(const struct arguments *a, const struct entry *e, const char *list)
{
	if (a->status != NULL && strcmp(a->status, show_status(e)) != 0 && strcmp(a->status, groups[entry_group(e)]) != 0 &&
	    (e->error != NULL || strcmp(a->status, status_name(e->state.status)) != 0))
		return false;
	return (a->stream == NULL || strcmp(a->stream, e->state.item) == 0) && (list[0] == '\0' || is_of_list(e, list));
}

/* The sessions that the options select; es still owns them. */
static struct entries
filter(const struct arguments *a, const char *list, const struct entries *es)
{
	struct entries some = { .v = alloc_array(es->n + 1, sizeof(*some.v)) };

	for (size_t i = 0; i < es->n; i++)
		if (is_wanted(a, &es->v[i], list))
			some.v[some.n++] = es->v[i];
	return some;
}

static bool
is_filtered(const struct arguments *a)
{
	return a->status != NULL || a->list != NULL || a->stream != NULL;
}

/* Fills in the words that --status takes, and returns their number; no NULL follows them. */
static size_t
statuses(const char *words[])
{
	static const char *const more[] = { "dead", "not started", "merging", "unreadable" };
	size_t n = 0;

	for (int i = 0; i < STATUS_COUNT; i++)
		words[n++] = status_name((enum status)i);
	for (int i = 0; i < GROUP_COUNT; i++)
		words[n++] = groups[i];
	for (size_t i = 0; i < ARRAY_LEN(more); i++)
		words[n++] = more[i];
	return n;
}

static int
check_status(const char *word)
{
	const char *words[STATUS_COUNT + GROUP_COUNT + 4], *near;
	size_t n = statuses(words);

	for (size_t i = 0; i < n; i++)
		if (strcmp(word, words[i]) == 0)
			return 0;
	near = text_nearest(word, words, n);
	return option_error(&cmd_status.syntax, "--status: there is no status \"%s\"%s%s%s", word,
	    near != NULL ? " (did you mean \"" : "", near != NULL ? near : "", near != NULL ? "\"?)" : "");
}

static void
count(const struct entries *es, size_t n[GROUP_COUNT])
{
	memset(n, 0, GROUP_COUNT * sizeof(*n));
	for (size_t i = 0; i < es->n; i++)
		n[entry_group(&es->v[i])]++;
}

static struct json *
all_json(struct orch *o, const struct arguments *a, const char *list)
{
	struct json	*j = json_new_object(), *c = json_new_object(), *all = json_new_array();
	struct entries	 es, some;
	size_t		 n[GROUP_COUNT];

	registry_load(o, true, &es);
	some = filter(a, list, &es);
	count(&some, n);
	json_put_int(j, "version", 1);
	json_put_str(j, "repository", o->repo.common);
	json_put_str(j, "instance", o->instance);
	json_put(j, "execute", cache_execute(o));
	json_put_bool(j, "paused", control_paused(o));
	json_put(j, "held", status_held_json(o));
	json_put(j, "accounts", accounts_json(o));
	json_put(j, "budgets", budgets_json(o));
	for (int g = 0; g < GROUP_COUNT; g++)
		json_put_int(c, groups[g], (int64_t)n[g]);
	json_put(j, "counts", c);
	for (size_t i = 0; i < some.n; i++)
		json_append(all, show_entry_json(&some.v[i]));
	json_put(j, "sessions", all);
	json_put(j, "streams", status_streams_json(o, &es, a->stream));
	free(some.v);
	entries_release(&es);
	return j;
}

/* Sessions that ended before this time are only counted (over_text): the beginning of today, or of execute if earlier. */
static int64_t
since(const struct json *execute, int64_t midnight)
{
	int64_t began = execute == NULL ? 0 : clock_parse(json_words(execute, "started_at"));

	return began > 0 && began < midnight ? began : midnight;
}

static void
print_all(struct orch *o, const struct arguments *a, const char *list)
{
	struct json *execute = cache_execute(o);
	int64_t midnight = ledger_tomorrow(clock_wall() - DAY);
	struct status_view v = { .o = o, .execute = execute, .since = since(execute, midnight),
		.all = a->all || a->status != NULL, .filtered = is_filtered(a) };
	struct entries es, some;

	v.when = v.since < midnight ? "since execute began" : "today";
	look_page();
	if (v.all || v.filtered)
		registry_load(o, true, &es);
	else
		v.older = registry_load_since(o, v.since, &es);
	some = filter(a, list, &es);
	v.es = &some;
	status_head(&v);
	status_list(&v);
	target_print(o, &some);
	if (!v.filtered) {
		status_held(o);
		accounts_print(o);
		budgets_print(o);
	}
	if (!v.filtered || a->stream != NULL)
		status_streams(o, &es, a->stream, execute != NULL);
	json_free(execute);
	free(some.v);
	entries_release(&es);
}

static const struct option_row rows[] = {
	OPT_FLAG(struct arguments, all, 0, "all", "also show sessions that are over, and earlier attempts"),
	OPT_STRING(struct arguments, status, 0, "status", "STATUS", "only sessions with this status"),
	OPT_STRING(struct arguments, list, 0, "list", "LIST", "only sessions of this list"),
	OPT_STRING(struct arguments, stream, 0, "stream", "STREAM", "only this stream and its session"),
	OPT_FLAG(struct arguments, line, 0, "line", "print one short line for a prompt or a status bar"),
	OPT_FLAG(struct arguments, everywhere, 0, "all-repositories", "show all your repositories that have had sessions"),
	OPERAND_OPTIONAL(struct arguments, session, "SESSION"),
};

static int
run_one(struct orch *o, const char *session)
{
	struct entry	e;
	int		rv = show_operand(o, session, &e);

	if (rv != 0)
		return rv;
	if (o->json)
		status_one_json(o, &e);
	else
		status_one(o, &e);
	entry_release(&e);
	return 0;
}

static int
check(const struct arguments *a)
{
	if (a->session != NULL && (is_filtered(a) || a->all))
		return option_error(&cmd_status.syntax, "give SESSION without --all, --status, --list and --stream");
	if (a->line && (a->session != NULL || is_filtered(a) || a->all))
		return option_error(&cmd_status.syntax, "--line counts all sessions; it excludes SESSION and other options");
	return a->status != NULL ? check_status(a->status) : 0;
}

/* Prints one repository, or adds it to all. */
static int
run_here(struct orch *o, const struct arguments *a, struct json *all)
{
	char list[TASKLIST_ID_MAX] = "";
	int rv;

	if ((rv = orch_open(o)) != 0 || (a->list != NULL && (rv = tasks_find_list(o, a->list, list)) != 0))
		return rv;
	by_hand_recover(o);
	if (a->session != NULL)
		return run_one(o, a->session);
	if (all != NULL)
		json_append(all, all_json(o, a, list));
	else if (o->json)
		show_json(all_json(o, a, list));
	else
		print_all(o, a, list);
	return 0;
}

/* Prints the repositories one after another; the first failure is the result. */
static int
run_several(const struct orch *o, const struct arguments *a, const struct strings *dirs)
{
	struct json *j = json_new_object(), *all = json_new_array();
	int rv = 0, one;

	for (size_t i = 0; i < dirs->n; i++) {
		struct orch other = { .dir = dirs->v[i], .json = o->json };

		if (i > 0 && !o->json)
			putchar('\n');
		one = run_here(&other, a, o->json ? all : NULL);
		rv = rv != 0 ? rv : one;
		list_cache_free();
		orch_close(&other);
	}
	json_put_int(j, "version", 1);
	json_put(j, "repositories", all);
	if (o->json)
		show_json(j);
	else
		json_free(j);
	return rv;
}

static int
run(struct orch *o, void *arguments)
{
	const struct arguments *a = arguments;
	bool several = a->everywhere || o->dirs->n > 1;
	struct strings dirs = { 0 };
	int rv;

	if ((rv = check(a)) != 0)
		return rv;
	if (several && (a->session != NULL || a->list != NULL || a->stream != NULL))
		return option_error(&cmd_status.syntax, "SESSION, --list and --stream need a single repository");
	if (a->everywhere) {
		orch_home(o);
		places_find(o, &dirs);
	} else if (several)
		strings_add_all(&dirs, o->dirs);
	else
		strings_add(&dirs, o->dir);
	if (a->line)
		places_line(&dirs, o->json);
	else
		rv = several ? run_several(o, a, &dirs) : run_here(o, a, NULL);
	strings_free(&dirs);
	return rv;
}

const struct cmd cmd_status = COMMAND("status",
    "show the sessions, or everything known about one", run,
    OPTION_ROWS(rows, struct arguments));
