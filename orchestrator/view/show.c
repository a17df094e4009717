/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "orchestrator/view/show.h"
#include "orchestrator/view/yaml.h"
#include "proto/base/clock.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/json/record.h"
#include "proto/sys/file.h"

#define BAR	20	/* characters */

int
show_operand(struct orch *o, const struct cmd *cmd, int argc, char **argv, struct entry *e)
{
	int	rv;

	if (argc - optind != 1)
		return cmd_usage(cmd);
	if ((rv = orch_open(o)) != 0)
		return rv;
	return registry_find(o, argv[optind], e);
}

/* JSON may hold DEL, C1 and bidirectional controls as they are; a terminal must not see them.
 * They stand in strings only, where text_line writes all but DEL as JSON does. */
/* Nearly all of it, and a megabyte need not be copied for the rest. */
static bool
is_plain(char c)
{
	return (c >= ' ' && c <= '~') || c == '\n' || c == '\t';
}

void
show_json_text(const char *text)
{
	struct text	t = { 0 };
	size_t		n;

	for (; *text != '\0'; text += n) {
		for (n = 0; is_plain(text[n]); n++)
			;
		if (n > 0) {
			fwrite(text, 1, n, stdout);
			continue;
		}
		if (*text == '\177') {
			fputs("\\u007f", stdout);
			n = 1;
			continue;
		}
		while (text[n] != '\0' && text[n] != '\177' && !is_plain(text[n]))
			n++;
		text_clear(&t);
		text_line(&t, text, n);
		fwrite(t.buf, 1, t.len, stdout);
	}
	text_free(&t);
}

void
show_json(struct json *j)
{
	char	*text = json_text(j, true, NULL);

	show_json_text(text);
	free(text);
	json_free(j);
}

int
show_yaml(struct json *j)
{
	char	*text = yaml_text(j);

	json_free(j);
	if (text == NULL) {
		log_warnx("libyaml does not take it; use --json");
		return EX_SOFTWARE;
	}
	fputs(text, stdout);
	free(text);
	return 0;
}

const char *
show_status(const struct entry *e)
{
	if (e->error != NULL)
		return "unreadable";
	if (entry_dead(e))
		return e->begun ? "dead" : "not started";
	if (e->state.merging.target[0] != '\0')
		return "merging";
	return status_name(e->state.status);
}

static void
put_time(struct json *j, const char *key, int64_t ms)
{
	record_put_time(j, key, ms);
}

static void
put_text(struct json *j, const char *key, const char *text)
{
	json_put_str(j, key, text != NULL && *text != '\0' ? text : NULL);
}

struct json *
show_entry_json(const struct entry *e)
{
	static const char *const group[GROUP_COUNT] = {
		"active", "questions", "review", "ready", "ended"
	};
	const struct state	*s = &e->state;
	struct json		*j = json_new_object(), *t = json_new_object();

	json_put_str(j, "session", e->id);
	json_put_str(j, "item", s->item);
	json_put_str(j, "group", group[entry_group(e)]);
	json_put_str(j, "status", e->error != NULL ? NULL : status_name(s->status));
	json_put_str(j, "step", e->error != NULL ? NULL : step_name(s->step));
	json_put_int(j, "round", s->round);
	json_put_bool(j, "alive", e->alive);
	json_put_bool(j, "dead", entry_dead(e));
	json_put_bool(j, "archived", e->archived);
	put_text(j, "error", e->error);
	put_text(j, "reason", s->reason);
	put_text(j, "detail", s->detail);
	put_text(j, "blocked", s->blocked);
	put_time(j, "parked_until", status_live(s->status) ? s->parked_until : 0);
	json_put_int(j, "questions_open", status_live(s->status) ? s->questions_open : 0);
	json_put_int(t, "done", s->tasks_done);
	json_put_int(t, "total", s->tasks_total);
	put_text(t, "note", s->note);
	json_put(j, "tasks", t);
	json_put_int(j, "attempt", s->attempt);
	put_time(j, "created_at", s->created_at);
	put_time(j, "updated_at", s->updated_at);
	put_time(j, "ended_at", s->ended_at);
	put_text(j, "branch", s->branch);
	put_text(j, "base", s->base);
	put_text(j, "head", s->head);
	put_text(j, "merged", s->merged);
	put_text(j, "worktree", s->worktree);
	json_put_str(j, "path", e->path);
	return j;
}

struct json *
show_question_json(const struct entry *e, const struct question *q)
{
	struct json	*j = json_new_object(), *a = json_new_array();

	json_put_str(j, "session", e->id);
	put_text(j, "item", e->state.item);
	json_put_str(j, "id", q->id);
	json_put_str(j, "status", question_status_name(q->status));
	put_text(j, "run", q->run);
	json_put_str(j, "role", q->role == ROLE_NONE ? NULL : role_name(q->role));
	json_put_int(j, "round", q->round);
	json_put_str(j, "question", q->text);
	for (size_t i = 0; i < q->options.n; i++)
		json_append(a, json_new_string(q->options.v[i]));
	json_put(j, "options", a);
	put_time(j, "asked_at", q->asked_at);
	return j;
}

struct json *
show_record_json(const struct entry *e, const char *name)
{
	struct json	*j = NULL;
	char		 why[RECORD_ERR], *buf;
	size_t		 len;
	int		 fd;

	if ((fd = file_open_dir(AT_FDCWD, e->path)) == -1)
		return NULL;
	if (record_read(fd, name, &buf, &len, why, sizeof(why)) == 0) {
		j = record_open(name, buf, len, why, sizeof(why));
		free(buf);
	}
	close(fd);
	return j;
}

void
show_field(const char *name, const char *text)
{
	if (text == NULL || *text == '\0')
		return;
	printf("%-12s ", name);
	text_print(stdout, text, false);
	putchar('\n');
}

void
show_block(FILE *fp, const char *text)
{
	const char	*nl;
	char		*line;

	for (; *text != '\0'; text = *nl == '\0' ? nl : nl + 1) {
		nl = strchrnul(text, '\n');
		fputs("    ", fp);
		if ((line = strndup(text, (size_t)(nl - text))) != NULL)
			text_print(fp, line, false);
		free(line);
		putc('\n', fp);
	}
}

const char *
show_age(int64_t ms)
{
	static char	buf[32];

	return ms == 0 ? "-" : clock_age(clock_wall() - ms, buf, sizeof(buf));
}

void
show_bar(const struct entry *e)
{
	const struct state	*s = &e->state;
	int64_t			 done = s->tasks_done < s->tasks_total ? s->tasks_done : s->tasks_total;

	printf("%s: [", s->item);
	for (int64_t i = 0; i < BAR; i++)
		fputs((i + 1) * s->tasks_total <= done * BAR ? "█" : "░", stdout);
	printf("] %jd%% (%jd/%jd tasks)\n", (intmax_t)(done * 100 / s->tasks_total), (intmax_t)done,
	    (intmax_t)s->tasks_total);
}
