/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/stat.h>

#include <ctype.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "orchestrator/serve/server.h"
#include "orchestrator/session/registry.h"
#include "orchestrator/session/show_entry.h"
#include "proto/base/strings.h"
#include "proto/json/json.h"
#include "proto/session/layout.h"
#include "proto/sys/file.h"

#define LOG_MAX	(256u << 10)	/* bytes of a log in a reply */

const struct entry *
server_find(struct server *s, struct request *r, const char *id)
{
	const struct entry *e = model_find(&s->model, id);

	if (e != NULL)
		return e;
	entry_release(&s->found);
	if (registry_find_known(&s->o, id, &s->found) == 0)
		return &s->found;
	memset(&s->found, 0, sizeof(s->found));
	reply_error(r, 404, "there is no session %s", id);
	return NULL;
}

void
serve_session(struct server *s, struct request *r, const char *id)
{
	const struct entry *e = server_find(s, r, id);
	struct json *j;

	if (e == NULL)
		return;
	j = show_entry_json(e);
	json_put_int(j, "version", 1);
	json_put(j, "questions", show_record_json(e, SESSION_FILE_QUESTIONS));
	json_put(j, "messages", show_record_json(e, SESSION_FILE_MESSAGES));
	reply_json(r, 200, j);
}

void
serve_council(struct server *s, struct request *r, const char *id)
{
	const struct entry *e = server_find(s, r, id);
	struct json *j;

	if (e == NULL)
		return;
	if ((j = show_record_json(e, SESSION_FILE_REVIEW)) != NULL)
		reply_json(r, 200, j);
	else
		reply_error(r, 404, "%s has no review yet", e->id);
}

/* The log from there on, up to the end of a line; *from moves to the beginning of the text. */
static size_t
read_log(const struct entry *e, off_t *from, off_t *size, char *buf)
{
	int dir = file_open_dir(AT_FDCWD, e->path), fd = dir == -1 ? -1 : file_open(dir, SESSION_FILE_LOG, O_RDONLY, 0);
	bool last = *from < 0;
	struct stat st;
	const char *end;
	ssize_t n = 0;

	*size = fd != -1 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) ? st.st_size : 0;
	if (last)
		*from = *size > LOG_MAX ? *size - LOG_MAX : 0;
	if (*from < *size)
		n = pread(fd, buf, LOG_MAX, *from);
	file_close(fd);
	file_close(dir);
	if (n <= 0)
		return 0;
	if (last && *from > 0 && (end = memchr(buf, '\n', (size_t)n)) != NULL) {	/* begins with a whole line */
		n -= end + 1 - buf;
		*from += end + 1 - buf;
		memmove(buf, end + 1, (size_t)n);
	}
	end = memrchr(buf, '\n', (size_t)n);
	return end == NULL && n < (ssize_t)LOG_MAX ? 0 : end == NULL ? (size_t)n : (size_t)(end + 1 - buf);
}

void
serve_log(struct server *s, struct request *r, const char *id)
{
	const struct entry *e = server_find(s, r, id);
	const char *given = request_query(r, "from"), *wrong = NULL;
	struct json *j;
	off_t from = -1, size;
	size_t n;
	char *buf;

	if (e == NULL)
		return;
	if (given != NULL && !isdigit((unsigned char)*given))
		wrong = "not a number";
	else if (given != NULL)
		from = strtonum(given, 0, INT64_MAX, &wrong);
	if (wrong != NULL) {
		reply_error(r, 400, "from is %s", wrong);
		return;
	}
	if ((buf = malloc(LOG_MAX)) == NULL) {
		reply_error(r, 503, "out of memory");
		return;
	}
	n = read_log(e, &from, &size, buf);
	j = json_new_object();
	json_put_str(j, "session", e->id);
	json_put_int(j, "from", from);
	json_put_int(j, "to", from + (off_t)n);
	json_put_int(j, "size", size);
	json_put_strn(j, "text", buf, n);
	free(buf);
	reply_json(r, 200, j);
}
