/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <fcntl.h>
#include <stdlib.h>

#include "orchestrator/execute/cache.h"
#include "orchestrator/execute/executor.h"
#include "orchestrator/execute/loop.h"
#include "orchestrator/session/show_entry.h"
#include "orchestrator/workspace/control.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/clock.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/json/record.h"
#include "proto/sys/file.h"

#define CACHE_FILE	"orchestrator.json"
#define CACHE_MAX	(256u << 20)

static void
save(const struct orch *o, struct json *sessions, struct json *execute)
{
	struct json		*j = json_new_object();
	char			*text;
	size_t			 len;
	int			 fd;

	json_put_int(j, "version", 1);
	record_put_time(j, "updated_at", clock_wall());
	json_put(j, "execute", execute);
	json_put(j, "sessions", sessions);
	text = json_text(j, true, &len);
	if ((fd = file_open_dir(AT_FDCWD, o->instance)) == -1 ||
	    file_replace(fd, CACHE_FILE, text, len, 0) == -1)
		log_warn("%s/%s", o->instance, CACHE_FILE);
	file_close(fd);
	free(text);
	json_free(j);
}

static struct json *
execute_json(const struct loop *l)
{
	struct json		*j = json_new_object(), *lists = json_new_array(), *one;

	json_put_int(j, "pid", (int64_t)getpid());
	record_put_time(j, "started_at", l->began_at);
	LOOP_LISTS(l, f) {
		one = json_new_object();
		json_put_str(one, "list", f->id);
		json_put_str(one, "name", f->list.name);
		json_append(lists, one);
	}
	json_put(j, "lists", lists);
	json_put_bool(j, "paused", l->paused);
	json_put_bool(j, "ending", l->interrupted);
	return j;
}

void
cache_write(const struct loop *l)
{
	struct json		*a = json_new_array();
	const struct session_row	*s;

	TAILQ_FOREACH(s, &l->table.all, all)
		json_append(a, show_entry_json(&s->e));
	save(l->o, a, l->over ? NULL : execute_json(l));
}

void
cache_write_all(struct orch *o)
{
	struct entries		 es;
	struct json		*a;

	if (control_execute(o) != 0)
		return;
	a = json_new_array();
	registry_load(o, false, &es);
	for (size_t i = 0; i < es.n; i++)
		json_append(a, show_entry_json(&es.v[i]));
	entries_release(&es);
	save(o, a, NULL);
}

struct json *
cache_execute(const struct orch *o)
{
	char			*path, *text, why[RECORD_ERR];
	struct json		*all = NULL, *j = NULL;
	pid_t			 pid = control_execute(o);
	size_t			 len;

	if (pid == 0)
		return NULL;
	path = text_format("%s/" CACHE_FILE, o->instance);
	if (file_read(AT_FDCWD, path, CACHE_MAX, &text, &len) == 0) {
		all = json_parse(text, len, JSON_LARGE, why, sizeof(why));
		free(text);
	}
	free(path);
	if (json_int(json_get(all, "execute"), "pid", 0) == pid)
		j = json_copy(json_get(all, "execute"));
	json_free(all);
	if (j == NULL) {	/* it has just begun */
		j = json_new_object();
		json_put_int(j, "pid", pid);
		json_put(j, "lists", json_new_array());
	}
	return j;
}
