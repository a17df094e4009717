/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "orchestrator/execute/report.h"
#include "orchestrator/view/show.h"
#include "orchestrator/workspace/cmd.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/json/record.h"
#include "proto/sys/file.h"

#define INSTANCE	"instance-"
#define REPORT_MAX	(256u << 20)

/* The directory of the instance with the id prefix name, with or without "instance-"; malloced. */
static char *
find_instance(const struct orch *o, const char *name)
{
	char *found = NULL, *want = text_format("%s%s",
	    strncmp(name, INSTANCE, strlen(INSTANCE)) == 0 ? "" : INSTANCE, name);
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
load(const char *instance, struct json **j)
{
	char *path = text_format("%s/" REPORT_FILE, instance), *buf, why[RECORD_ERR];
	int rv = 0;
	size_t len;

	*j = NULL;
	if (file_read(AT_FDCWD, path, REPORT_MAX, &buf, &len) == -1) {
		if (errno == ENOENT)
			log_warnx("there is no report yet; orchestrator execute writes one when it ends");
		else
			log_warn("%s", path);
		rv = EX_NOINPUT;
	} else {
		if ((*j = record_open_as(path, buf, len, JSON_LARGE, why, sizeof(why))) == NULL) {
			log_warnx("%s", why);
			rv = EX_DATAERR;
		}
		free(buf);
	}
	free(path);
	return rv;
}

static int
show(struct orch *o, const char *name, bool yaml)
{
	char *instance = NULL;
	struct json *j;
	int rv;

	if (name != NULL)
		instance = find_instance(o, name);
	else if (o->instance != NULL)
		instance = text_format("%s", o->instance);
	else
		log_warnx("there is no report yet; orchestrator execute writes one when it ends");
	if (instance == NULL)
		return EX_NOINPUT;
	if ((rv = load(instance, &j)) == 0 && yaml)
		rv = show_yaml(j);
	else if (rv == 0 && o->json)
		show_json(j);
	else if (rv == 0) {
		report_text(j);
		json_free(j);
	}
	free(instance);
	return rv;
}

struct arguments {
	bool yaml;
	const char *instance;
};
static const struct option_row rows[] = {
	OPT_FLAG(struct arguments, yaml, 0, "yaml", "print it as YAML"),
	OPERAND_OPTIONAL(struct arguments, instance, "INSTANCE"),
};

static int
run(struct orch *o, void *arguments)
{
	const struct arguments *a = arguments;
	int rv = orch_open(o);

	return rv != 0 ? rv : show(o, a->instance, a->yaml);
}

const struct cmd cmd_report = COMMAND("report", "print the report of the last execute again", run,
    OPTION_ROWS(rows, struct arguments));
