/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "orchestrator/execute/cache.h"
#include "orchestrator/session/show_entry.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/clock.h"
#include "proto/base/log.h"
#include "proto/json/record.h"
#include "proto/sys/file.h"

#define CACHE_FILE	"orchestrator.json"

void
cache_write(const struct orch *o, const struct table *t)
{
	struct json		*j = json_new_object(), *a = json_new_array();
	const struct sess	*s;
	char			*text;
	size_t			 len;
	int			 fd;

	json_put_int(j, "version", 1);
	record_put_time(j, "updated_at", clock_wall());
	TAILQ_FOREACH(s, &t->all, all)
		json_append(a, show_entry_json(&s->e));
	json_put(j, "sessions", a);
	text = json_text(j, true, &len);
	if ((fd = file_open_dir(AT_FDCWD, o->instance)) == -1 ||
	    file_replace(fd, CACHE_FILE, text, len, 0) == -1)
		log_warn("%s/%s", o->instance, CACHE_FILE);
	file_close(fd);
	free(text);
	json_free(j);
}
