/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "orchestrator/execute/manifest.h"
#include "orchestrator/execute/report.h"
#include "orchestrator/session/registry.h"
#include "orchestrator/session/spending.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/array.h"
#include "proto/base/clock.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/json/record.h"
#include "proto/session/layout.h"
#include "proto/settings/settings.h"
#include "proto/sys/file.h"

const char *
fate_name(enum fate f)
{
	static const char *const names[] = { "merged", "failed", "running", "waiting", "open",
		"blocked" };
	ARRAY_WHOLE(names, FATES);

	return names[f];
}

struct json *
report_begin(struct orch *o)
{
	struct json *j = record_begin(NULL);
	char target[ORCH_REF_MAX], base[OID_MAX];
	struct settings s;

	record_put_time(j, "at", clock_wall());
	json_put_str(j, "event", "report");
	json_put_str(j, "instance", strrchr(o->instance, '/') + 1);
	if (orch_target(o, target, sizeof(target), base, &s) == 0) {
		json_put_str(j, "target", target);
		settings_release(&s);
	}
	return j;
}

void
report_usage(struct json *j, int64_t input, int64_t output, int64_t cost)
{
	struct json *u;

	if (input == 0 && output == 0 && cost == 0) {
		json_put(j, "usage", NULL);
		return;
	}
	u = json_new_object();
	json_put_int(u, "input_tokens", input);
	json_put_int(u, "output_tokens", output);
	json_put(u, "cost_usd", json_new_real((double)cost / 1e6));
	json_put(j, "usage", u);
}

void
report_save(const struct orch *o, const struct json *j)
{
	size_t len;
	char *text = json_text(j, true, &len);
	char *run = text_format(REPORTS "/%lld.json", (long long)clock_wall());
	int fd = file_open_dir(AT_FDCWD, o->instance);

	if (fd == -1 || file_replace(fd, REPORT_FILE, text, len, FILE_SYNC) == -1)
		log_warn("%s/" REPORT_FILE, o->instance);
	else if (file_make_dir(fd, REPORTS, 0700) == -1 || file_replace(fd, run, text, len, 0) == -1)
		log_warn("%s/%s", o->instance, run);
	free(run);
	file_close(fd);
	free(text);
}

static void
print_usage(const struct json *j, const char *before)
{
	struct text t = { 0 };

	if (json_get(j, "usage") == NULL)
		return;
	spending_figures(json_get(j, "usage"), &t);
	printf("%s%s", before, t.buf);
	text_free(&t);
}

static void
print_one(const struct json *j, enum fate in)
{
	const char *s;
	const struct json *v;

	printf("%-8s ", fate_name(in));
	text_print(stdout, json_str(j, "task"), false);
	if ((v = json_get(j, "for")) != NULL)
		for (size_t i = 0; i < json_count(v); i++) {
			printf("%s", i == 0 ? " for " : ", ");
			text_print(stdout, json_string(json_at(v, i)), false);
		}
	if ((s = json_str(j, "with")) != NULL) {
		printf(", with ");
		text_print(stdout, s, false);
	} else if (json_str(j, "session") != NULL) {
		if ((s = json_str(j, "merged")) != NULL)
			printf(" as %.12s", s);
		printf(", %.1f s", (double)json_int(j, "ms", 0) / 1000);
		if (json_int(j, "sessions", 0) > 1)
			printf(" in %lld sessions", (long long)json_int(j, "sessions", 0));
		print_usage(j, ", ");
	} else if (in == FATE_RUNNING)
		printf(", done by hand");
	if ((s = json_str(j, "reason")) != NULL) {
		printf(": ");
		text_print(stdout, s, false);
	}
	putchar('\n');
	if ((s = json_str(j, "log")) != NULL) {
		printf("         ");
		text_print(stdout, s, false);
		putchar('\n');
	}
}

void
report_line(size_t number, const struct json *j)
{
	const char *at = json_str(j, "at"), *list = json_str(j, "list"), *name = json_str(j, "name");

	printf("%3zu  %.19s  %-11s  %lld of %lld, %zu merged, %zu failed, %.1f s  ", number, at == NULL ? "" : at,
	    list == NULL ? "-" : list, (long long)json_int(j, "complete", 0), (long long)json_int(j, "total", 0),
	    json_count(json_get(j, fate_name(FATE_MERGED))), json_count(json_get(j, fate_name(FATE_FAILED))),
	    (double)json_int(j, "wall_ms", 0) / 1000);
	text_print(stdout, name == NULL ? "" : name, false);
	putchar('\n');
}

void
report_text(const struct json *j)
{
	int64_t wall = json_int(j, "wall_ms", 0), saved = json_int(j, "saved_ms", 0);
	const char *list = json_str(j, "list");
	const struct json *v;

	if (list != NULL) {
		text_print(stdout, list, false);
		printf(": ");
		text_print(stdout, json_str(j, "name"), false);
		printf(": %lld of %lld COMPLETE\n", (long long)json_int(j, "complete", 0),
		    (long long)json_int(j, "total", 0));
	} else
		printf("%lld merged, %lld not\n", (long long)json_int(j, "complete", 0),
		    (long long)(json_int(j, "total", 0) - json_int(j, "complete", 0)));
	if (json_str(j, "target") != NULL)
		printf("target: %s\n", json_str(j, "target"));
	if (json_str(j, "stopped") != NULL) {
		printf("stopped: ");
		text_print(stdout, json_str(j, "stopped"), false);
		putchar('\n');
	}
	for (int k = 0; k < FATES; k++) {
		v = json_get(j, fate_name((enum fate)k));
		for (size_t i = 0; i < json_count(v); i++)
			print_one(json_at(v, i), (enum fate)k);
	}
	if (list != NULL && json_count(json_get(j, fate_name(FATE_FAILED))) > 0)
		printf("orchestrator tasks reopen --failed --list %s gives the failed tasks another try\n", list);
	spending_print(json_get(j, "spent"));
	if (json_get(j, "wall_ms") == NULL)
		return;
	printf("%.1f s; one after another %.1f s", (double)wall / 1000,
	    (double)json_int(j, "sequential_ms", 0) / 1000);
	if (saved > 0)
		printf(": %.1f s (%lld %%) saved on what was merged", (double)saved / 1000,
		    manifest_gain(saved, wall));
	print_usage(j, "; ");
	putchar('\n');
}

struct json *
report_session(const struct entry *e, const char *dir, const char *reason)
{
	const struct state *s = &e->state;
	struct json *j = json_new_object();
	char *log = text_format("%s/%s/" SESSION_FILE_LOG, dir, e->id);

	json_put_str(j, "task", s->item);
	json_put_str(j, "session", e->id);
	json_put_int(j, "sessions", 1);
	json_put_int(j, "ms", manifest_took(s, 0));
	report_usage(j, s->input_tokens, s->output_tokens, s->cost_microusd);
	json_put(j, "spent", spending_of_session(s));
	json_put_str(j, "log", log);
	if (s->merged[0] != '\0')
		json_put_str(j, "merged", s->merged);
	if (reason != NULL)
		json_put_str(j, "reason", reason);
	free(log);
	return j;
}
