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
