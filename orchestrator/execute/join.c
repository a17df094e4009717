/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "orchestrator/execute/join.h"
#include "orchestrator/workspace/control.h"
#include "proto/json/record.h"
#include "proto/plan/streams.h"

int
join_put(const struct orch *o, const char *list, const struct executor_options *opts)
{
	struct json *j = record_begin(NULL);
	size_t len;
	char *text;
	int rv;

	json_put_int(j, "max", opts->max);
	json_put_bool(j, "group", opts->group);
	json_put_bool(j, "fail_fast", opts->fail_fast);
	json_put_int(j, "until", opts->until);
	json_put_str(j, "pause_before", opts->pause);
	text = record_end(j, &len);
	rv = control_put(o, list, text, len);
	free(text);
	return rv;
}

int
join_read(struct executor_options *opts, const char *text, size_t len, char *err, size_t errlen)
{
	struct json *j = record_open("the request", text, len, err, errlen);
	const char *pause;
	int64_t max;
	int at;

	memset(opts, 0, sizeof(*opts));
	if (j == NULL)
		return -1;
	max = json_int(j, "max", 0);
	opts->max = max > 0 && max <= EXECUTOR_MAX ? max : 0;
	opts->group = json_bool(j, "group", false);
	opts->fail_fast = json_bool(j, "fail_fast", false);
	opts->until = json_int(j, "until", 0);
	pause = json_str(j, "pause_before");
	at = pause == NULL ? -1 : name_index(task_phases, TASK_PHASES, pause);
	opts->pause = at == -1 ? NULL : task_phases[at];
	json_free(j);
	return 0;
}
