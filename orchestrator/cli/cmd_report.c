/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "orchestrator/cli/deadline.h"
#include "orchestrator/cli/report_by.h"
#include "orchestrator/cli/report_day.h"
#include "orchestrator/cli/report_handoff.h"
#include "orchestrator/cli/report_html.h"
#include "orchestrator/cli/report_otlp.h"
#include "orchestrator/execute/manifest.h"
#include "orchestrator/execute/report.h"
#include "orchestrator/execute/runs.h"
#include "orchestrator/merge/by_hand.h"
#include "orchestrator/source/tasks.h"
#include "orchestrator/view/show.h"
#include "orchestrator/workspace/cmd.h"
#include "orchestrator/workspace/control.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/clock.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/json/record.h"
#include "proto/record/ledger.h"
#include "proto/session/layout.h"
#include "proto/sys/file.h"

/* The directory of the instance with the id prefix name, with or without "instance-"; malloced. */
static char *
find_instance(const struct orch *o, const char *name)
{
	char *found = NULL, *want = text_format("%s%s",
	    state_is_instance(name) ? "" : STATE_INSTANCE, name);
	const struct dirent *e;
	size_t n = 0;
	DIR *d;

	if ((d = opendir(o->workspace)) != NULL) {
		while ((e = readdir(d)) != NULL) {
			if (strncmp(e->d_name, want, strlen(want)) != 0 || n++ > 0)
				continue;
			found = text_format("%s/%s", o->workspace, e->d_name);
		}
		closedir(d);
	}
	free(want);
	if (n == 1)
		return found;
	free(found);
	log_warnx(n == 0 ? "%s: no instance has an id that begins with this; the instances are in %s" :
	    "%s: more than one instance in %s has an id that begins with this; give more of the id", name, o->workspace);
	return NULL;
}

static int
load_record(const char *path, struct json **j)
{
	char *buf, why[RECORD_ERR];
	int rv = 0;
	size_t len;

	*j = NULL;
	if (file_read(AT_FDCWD, path, REPORT_MAX, &buf, &len) == -1) {
		log_warn("%s", path);
		rv = EX_NOINPUT;
	} else {
		if ((*j = record_open_as(path, buf, len, JSON_LARGE, why, sizeof(why))) == NULL) {
			log_warnx("%s", why);
			rv = EX_DATAERR;
		}
		free(buf);
	}
	return rv;
}

struct arguments {
	bool yaml, runs, manifest, handoff, day;
	struct option_number run;
	const char *list, *by, *otlp, *html, *svg, *instance;
};

/* Takes ownership. */
static int
print(struct orch *o, const struct arguments *a, struct json *j, void (*text)(struct orch *, const struct json *))
{
	int rv = 0;

	if (a->yaml)
		return show_yaml(j);
	if (a->html != NULL)
		rv = report_html(o, j, a->html);
	else if (a->svg != NULL)
		rv = report_html_timeline(o, j, a->svg);
	else if (o->json) {
		show_json(j);
		return 0;
	} else
		text(o, j);
	json_free(j);
	return rv;
}

static int
no_report(void)
{
	log_warnx("there is no report yet: orchestrator execute writes one when it ends; "
	    "orchestrator report --day has the sessions of today");
	return EX_NOINPUT;
}

/* The list that was named, or that of the last run. */
static int
find_list(struct orch *o, const struct arguments *a, const struct runs *r, char list[TASKLIST_ID_MAX])
{
	const char *last = r->n > 0 ? json_str(r->v[r->n - 1], "list") : NULL;

	if (a->list == NULL && last != NULL) {
		strlcpy(list, last, TASKLIST_ID_MAX);
		return 0;
	}
	return tasks_find_list(o, a->list, list);
}

static int
show_runs(const struct orch *o, const struct runs *r)
{
	struct json *all, *list;

	if (!o->json) {
		for (size_t i = 0; i < r->n; i++)
			report_line(i + 1, r->v[i]);
		return r->n > 0 ? 0 : no_report();
	}
	all = json_new_object();
	list = json_new_array();
	for (size_t i = 0; i < r->n; i++)
		json_append(list, json_ref(r->v[i]));
	json_put_int(all, "version", 1);
	json_put(all, "runs", list);
	show_json(all);
	return 0;
}

/* The manifest of the list's last run: plan.json, or that of a list that was added to another. */
static int
show_manifest(struct orch *o, const struct arguments *a, const char *instance, const struct runs *r)
{
	char list[TASKLIST_ID_MAX] = "", *added = NULL, *first = text_format("%s/" PLAN_FILE, instance);
	struct json *j = NULL, *other = NULL, *out;
	int rv;

	if ((a->list != NULL || r->n > 0) && (rv = find_list(o, a, r, list)) != 0) {
		free(first);
		return rv;
	}
	if (file_exists(AT_FDCWD, first))
		(void)load_record(first, &j);
	added = text_format("%s/plan-%s.json", instance, list);
	if (list[0] != '\0' && (j == NULL || json_str(j, "list") == NULL || strcmp(json_str(j, "list"), list) != 0) &&
	    file_exists(AT_FDCWD, added) && load_record(added, &other) == 0) {
		json_free(j);
		j = other;
	}
	free(first);
	free(added);
	if (j == NULL || (a->list != NULL && strcmp(json_str(j, "list"), list) != 0)) {
		json_free(j);
		log_warnx("there is no manifest of a run; orchestrator execute writes it, orchestrator plan --yaml shows what it would be");
		return EX_NOINPUT;
	}
	out = json_new_object();
	json_put(out, "terminal_manifest", json_copy(json_get(j, "terminal_manifest")));
	json_free(j);
	if (a->yaml)
		return show_yaml(out);
	show_json(out);
	return 0;
}

static int
show_sum(struct orch *o, const struct arguments *a, const struct runs *r)
{
	char list[TASKLIST_ID_MAX];
	struct json *j;
	int rv;

	if ((rv = find_list(o, a, r, list)) != 0)
		return rv;
	if ((j = runs_sum(r, list)) != NULL)
		return print(o, a, j, report_text);
	log_warnx("no run of list %s has a report; orchestrator execute %s makes one", list, list);
	return EX_NOINPUT;
}

static int
show_run(struct orch *o, const struct arguments *a, const struct runs *r)
{
	if (a->run.value <= (int64_t)r->n)
		return print(o, a, json_copy(r->v[a->run.value - 1]), report_text);
	log_warnx("there is no run %lld; orchestrator report --runs lists the %zu there are", (long long)a->run.value, r->n);
	return EX_NOINPUT;
}

/* The report of the last run: report.json, or one made from its events. */
static int
show_last(struct orch *o, const struct arguments *a, const char *instance, const struct runs *r)
{
	char *path = text_format("%s/" REPORT_FILE, instance);
	struct json *j;
	int rv;

	if (file_exists(AT_FDCWD, path)) {
		if ((rv = load_record(path, &j)) == 0)
			rv = print(o, a, j, report_text);
	} else
		rv = r->n > 0 ? print(o, a, json_copy(r->v[r->n - 1]), report_text) : no_report();
	free(path);
	return rv;
}

static int
show_handoff(struct orch *o, const struct arguments *a, const struct runs *r)
{
	char list[TASKLIST_ID_MAX];
	int rv = find_list(o, a, r, list);

	return rv != 0 ? rv : report_handoff(o, list);
}

static int
show(struct orch *o, const struct arguments *a)
{
	char *instance = a->instance != NULL ? find_instance(o, a->instance) : o->instance != NULL ?
	    text_format("%s", o->instance) : NULL;
	struct runs r;
	int rv;

	if (instance == NULL)
		return a->instance != NULL ? EX_NOINPUT : no_report();
	runs_load(&r, instance, o->instance == NULL || strcmp(instance, o->instance) != 0 || control_execute(o) == 0);
	rv = a->manifest ? show_manifest(o, a, instance, &r) : a->handoff ? show_handoff(o, a, &r) :
	    a->runs ? show_runs(o, &r) : a->list != NULL ? show_sum(o, a, &r) : a->run.given ? show_run(o, a, &r) :
	    show_last(o, a, instance, &r);
	runs_release(&r);
	free(instance);
	return rv;
}

static int
show_ended(struct orch *o, const struct arguments *a)
{
	int64_t from = 1, to = INT64_MAX;
	char date[16];
	int rv;

	if (a->day && deadline_day(a->instance, clock_wall(), &from, &to) == -1)
		return option_error(&cmd_report.syntax, "--day: \"%s\" is neither a date such as 2026-01-31 nor yesterday", a->instance);
	if ((rv = orch_open(o)) != 0)
		return rv;
	by_hand_recover(o);
	if (a->by != NULL)
		return print(o, a, report_by_json(o, a->by, a->day ? ledger_day(from, date) : NULL), report_by_print);
	if (a->otlp != NULL)
		return report_otlp(o, from, to, a->otlp);
	return print(o, a, report_day_json(o, from, to), report_day_print);
}

static const struct option_row rows[] = {
	OPT_FLAG(struct arguments, yaml, 0, "yaml", "print it as YAML"),
	OPT_FLAG(struct arguments, runs, 0, "runs", "list the reports of all runs"),
	OPT_NUMBER(struct arguments, run, 0, "run", "N", 1, 1000000, "print the report of that run"),
	OPT_STRING(struct arguments, list, 0, "list", "LIST", "print one report over all runs of the list"),
	OPT_FLAG(struct arguments, manifest, 0, "manifest", "print the manifest that was executed"),
	OPT_FLAG(struct arguments, handoff, 0, "handoff", "print summaries, outputs and open tasks on one page"),
	OPT_FLAG(struct arguments, day, 0, "day", "print what ended today, or on DATE"),
	OPT_CHOICE(struct arguments, by, 0, "by", "KEY", report_keys, "print the sums of tokens and cost by KEY"),
	OPT_STRING(struct arguments, otlp, 0, "otlp", "FILE", "write the traces of ended sessions, as JSON lines"),
	OPT_FILE(struct arguments, html, 0, "html", "write it as a page for a browser"),
	OPT_FILE(struct arguments, svg, 0, "svg", "write its timeline as a picture"),
	OPERAND_OPTIONAL(struct arguments, instance, "INSTANCE | DATE"),
};

/* "--html 0123abcd" may mean an instance, and "--svg yesterday" a day. */
static int
check_page(const struct arguments *a)
{
	const char *path = a->html != NULL ? a->html : a->svg;

	if (path == NULL)
		return 0;
	if ((a->html != NULL && a->svg != NULL) || a->yaml || a->runs || a->manifest || a->handoff || a->by != NULL || a->otlp != NULL)
		return option_error(&cmd_report.syntax, "--html and --svg exclude each other; they allow only --run, --list and --day");
	if (strcmp(path, "-") == 0 && isatty(STDOUT_FILENO))
		return option_error(&cmd_report.syntax, "can't write a page to the terminal; give a file: --html report.html, "
		    "or --svg report.svg");
	if (strcmp(path, "-") != 0 && strpbrk(path, "./") == NULL)
		return option_error(&cmd_report.syntax, "%s: a file after --html or --svg needs a dot or a slash in its name; "
		    "put an instance or a date before the option", path);
	return 0;
}

static int
run(struct orch *o, void *arguments)
{
	const struct arguments *a = arguments;
	int rv;

	if (a->runs + a->run.given + a->manifest + a->handoff + a->day > 1)
		return option_error(&cmd_report.syntax, "give one of --runs, --run, --manifest, --handoff and --day");
	if ((a->yaml && (a->runs || a->handoff)) || ((a->runs || a->run.given || a->day) && a->list != NULL))
		return option_error(&cmd_report.syntax, "--yaml excludes --runs and --handoff, "
		    "and --list excludes --runs, --run and --day");
	if ((a->by != NULL || a->otlp != NULL) && (a->runs || a->run.given || a->manifest || a->handoff || a->list != NULL ||
	    (a->by != NULL && a->otlp != NULL) || (a->otlp != NULL && a->yaml) || (a->instance != NULL && !a->day)))
		return option_error(&cmd_report.syntax, "--by and --otlp exclude all options but --day, and --by also allows --yaml");
	if ((rv = check_page(a)) != 0)
		return rv;
	if (a->day || a->by != NULL || a->otlp != NULL)
		return show_ended(o, a);
	return (rv = orch_open(o)) != 0 ? rv : show(o, a);
}

const struct cmd cmd_report = COMMAND("report", "print reports, tokens and cost, or write a page or traces", run,
    OPTION_ROWS(rows, struct arguments));
