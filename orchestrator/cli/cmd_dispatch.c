/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "orchestrator/cli/input.h"
#include "orchestrator/cli/tasks_options.h"
#include "orchestrator/session/room.h"
#include "orchestrator/session/spawn.h"
#include "orchestrator/source/task_link.h"
#include "orchestrator/source/tasks.h"
#include "orchestrator/workspace/cmd.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/json/record.h"
#include "proto/settings/clients.h"
#include "proto/settings/settings.h"
#include "proto/sys/file.h"

struct arguments {
	const char	*item, *agent_type, *title, *description, *file, *agent, *review, *list;
	char *const	*command;
	struct strings	 budget;
	bool		 wait, now, edit;
};

static const struct option_row rows[] = {
	OPT_STRING(struct arguments, title, 0, "title", "T", "the item's title"),
	OPT_STRING(struct arguments, description, 0, "description", "TEXT", "what is to be done; - reads standard input"),
	OPT_STRING(struct arguments, file, 0, "item", "FILE", "read the item from a file in the form of item.json"),
	OPT_STRING(struct arguments, list, 0, "list", "LIST", "the task list that has the task ITEM"),
	OPT_STRING(struct arguments, agent, 0, "agent", "NAME", "the agent for all roles"),
	OPT_CHOICE(struct arguments, review, 0, "review", "MODE", review_modes, "who approves the work"),
	BUDGET_ROW(struct arguments, budget, "dollars, or 'N tokens', that the session may use"),
	OPT_FLAG(struct arguments, edit, 'e', NULL, "write the text in $EDITOR: title, then description"),
	OPT_FLAG(struct arguments, now, 0, "now", "start it even if max_parallel sessions run"),
	OPT_FLAG(struct arguments, wait, 0, "wait", "wait until the session has ended or is approved"),
	OPERAND_OPTIONAL(struct arguments, item, "ITEM"),
	OPERAND_OPTIONAL(struct arguments, agent_type, "AGENT-TYPE"),
	OPT_COMMAND(struct arguments, command, "COMMAND ...", "the command to run as the implementer"),
};

static int
check(const struct arguments *a)
{
	if (a->item == NULL && a->file == NULL && !a->edit)
		return option_error(&cmd_dispatch.syntax, "give ITEM, -e or --item");
	if (a->edit && (a->file != NULL || a->title != NULL || a->description != NULL || a->list != NULL))
		return option_error(&cmd_dispatch.syntax, "-e asks for the text: leave out --item, --title, --description and --list");
	if (a->list != NULL && (a->file != NULL || a->title != NULL || a->description != NULL))
		return option_error(&cmd_dispatch.syntax, "--list takes the task as the list has it: leave out "
		    "--item, --title and --description");
	return 0;
}

/* Is the operand the title of new work? */
static bool
is_text(const struct arguments *a)
{
	return a->item != NULL && a->file == NULL && a->list == NULL && strpbrk(a->item, " \t") != NULL;
}

/* The id is made as for the tasks of tasks create --from. */
static int
take_text(const char *text, struct item *item)
{
	struct tasklist l = { 0 };
	char why[RECORD_ERR];
	struct task *t;

	tasklist_make(&l, "text");
	if ((t = tasks_add_text(&l, text, why, sizeof(why))) != NULL) {
		strlcpy(item->id, t->item.id, sizeof(item->id));
		item->title = text_format("%s", t->item.title);
	} else
		log_warnx("\"%.60s\": %s", text, why);
	tasklist_release(&l);
	return t != NULL ? 0 : EX_DATAERR;
}

/* The first line is the title, the rest the description. */
static int
take_edited(const struct arguments *a, struct item *item)
{
	char *text, *rest;
	int status;

	if (is_text(a))
		return option_error(&cmd_dispatch.syntax, "give a text or -e, not both");
	if ((status = input_text(&cmd_dispatch.syntax, NULL, true, "What is to be done?  The first line is the title.", &text)) != 0)
		return status;
	rest = text + strcspn(text, "\n");
	if (*rest != '\0')
		*rest++ = '\0';
	rest += strspn(rest, "\n");
	if (a->item == NULL)
		status = take_text(text, item);
	else
		item->title = text_format("%s", text);
	if (status == 0 && *rest != '\0')
		item->description = text_format("%s", rest);
	free(text);
	return status;
}

/* Has the item a text, or a tracker that knows it?  Otherwise an agent would be paid for an empty prompt. */
static int
check_known(struct orch *o, const struct arguments *a, const struct item *item)
{
	const struct agent *agent;
	char nearest[SESSION_ID_MAX];
	struct settings s;
	int status;
	bool command;

	if (a->command != NULL || item->title != NULL || item->description != NULL)
		return 0;
	if (task_link_nearest(o, item->id, nearest)) {
		log_warnx("no task list or tracker here has an item \"%s\"%s%s%s; to dispatch new work, give it a text: --title, "
		    "--description or -e", item->id, nearest[0] != '\0' ? "; did you mean \"" : "", nearest,
		    nearest[0] != '\0' ? "\"?" : "");
		return EX_NOINPUT;
	}
	if ((status = orch_target_settings(o, &s)) != 0)
		return status;
	agent = a->agent != NULL ? settings_agent(&s, a->agent) : s.role[ROLE_IMPLEMENTER] != NULL ?
	    settings_agent(&s, s.role[ROLE_IMPLEMENTER]) : NULL;
	/* an unknown agent is refused later */
	command = agent != NULL ? strcmp(agent->adapter, ADAPTER_COMMAND) == 0 : a->agent != NULL;
	settings_release(&s);
	if (command)
		return 0;
	log_warnx("item %s has no text, and an agent needs one: give --title, --description or -e, or dispatch 'WHAT IS TO BE "
	    "DONE'", item->id);
	return EX_USAGE;
}

/* Are as many sessions at work as the settings allow? */
static int
check_room(struct orch *o, const struct arguments *a)
{
	size_t live, max;
	int status;

	if (a->now || o->instance == NULL)
		return 0;
	if ((status = room_count(o, true, &live, &max)) != 0 || live < max)
		return status;
	log_warnx("%zu session%s, and max_parallel is %zu: dispatch --now starts one more anyway, orchestrator execute "
	    "starts the tasks of a list one after another as sessions end", live, live == 1 ? " runs" : "s run", max);
	return EX_TEMPFAIL;
}

static int
check_ids(const struct arguments *a)
{
	if (a->item != NULL && !is_text(a) && !item_id_valid(a->item))
		log_warnx("\"%s\" is not a valid item id: give up to 64 of A-Z a-z 0-9 . _ -, beginning with a "
		    "letter or digit, without \"..\", not ending in \".\" or \".lock\"", a->item);
	else if (a->agent_type != NULL && !item_id_valid(a->agent_type))
		log_warnx("\"%s\" is not a valid agent type: it has the form of an item id (letters, digits, "
		    "\".\", \"_\", \"-\")", a->agent_type);
	else
		return 0;
	return EX_DATAERR;
}

static int
read_item(const char *file, struct item *item)
{
	char reason[1024], *buf;
	size_t len;
	int r;

	if (file_read(AT_FDCWD, file, RECORD_MAX, &buf, &len) == -1) {
		log_warn("--item %s", file);
		return EX_NOINPUT;
	}
	r = item_parse(item, buf, len, reason, sizeof(reason));
	free(buf);
	if (r == 0)
		return 0;
	log_warnx("--item %s: %s", file, reason);
	return EX_DATAERR;
}

static int
check_text(const struct item *item, const char *what, const char *text, size_t max)
{
	if (text == NULL)
		return 0;
	if (strlen(text) > max)
		log_warnx("item %s: its %s has %zu bytes, but the limit is %zu", item->id, what,
		    strlen(text), max);
	else if (!text_utf8_valid(text, strlen(text)))
		log_warnx("item %s: its %s is not UTF-8 text", item->id, what);
	else
		return 0;
	return EX_DATAERR;
}

static void
replace(char **field, char *value)
{
	free(*field);
	*field = value;
}

/* The command line overrides the file. */
static int
make_item(struct orch *o, const struct arguments *a, struct item *item,
    char list[TASKLIST_ID_MAX])
{
	char *text;
	int status;

	memset(item, 0, sizeof(*item));
	item->priority = 2;
	list[0] = '\0';
	if (a->file != NULL && (status = read_item(a->file, item)) != 0)
		return status;
	if (is_text(a) && (status = take_text(a->item, item)) != 0)
		return status;
	if (a->edit && (status = take_edited(a, item)) != 0)
		return status;
	/* Without a description it may be a task of a list. */
	if (!is_text(a) && !a->edit && a->file == NULL && a->title == NULL && a->description == NULL &&
	    (status = task_link_item(o, a->list, a->item, item, list)) != 0)
		return status;
	if (a->file != NULL && a->item != NULL && strcmp(item->id, a->item) != 0) {
		log_warnx("--item %s is item %s, not %s; leave one of them out", a->file, item->id,
		    a->item);
		return EX_USAGE;
	}
	if (a->item != NULL && !is_text(a))
		strlcpy(item->id, a->item, sizeof(item->id));
	if (a->title != NULL)
		replace(&item->title, text_format("%s", a->title));
	if (a->title == NULL && a->description == NULL && (status = check_known(o, a, item)) != 0)
		return status;
	if (item->title == NULL)
		item->title = text_format("%s", item->id);
	if (a->agent_type != NULL)
		replace(&item->agent_type, text_format("%s", a->agent_type));
	if (a->description != NULL) {
		if (strcmp(a->description, "-") != 0)
			text = text_format("%s", a->description);
		else if ((status = input_read(STDIN_FILENO, "--description -", ITEM_MAX_TEXT, &text)) != 0)
			return status;
		replace(&item->description, text);
	}
	if ((status = budget_option(&a->budget, &item->budget)) != 0 ||
	    (status = check_text(item, "title", item->title, ITEM_MAX_TITLE)) != 0)
		return status;
	return check_text(item, "description", item->description, ITEM_MAX_TEXT);
}

static int
run(struct orch *o, void *arguments)
{
	const struct arguments *a = arguments;
	struct dispatched made;
	struct item item = { 0 };
	char list[TASKLIST_ID_MAX];
	int status;

	if ((status = check(a)) != 0 || (status = check_ids(a)) != 0 ||
	    (status = orch_open(o)) != 0 || (status = check_room(o, a)) != 0)
		return status;
	if ((status = make_item(o, a, &item, list)) == 0) {
		const struct dispatch d = {
			.item = &item, .agent = a->agent, .agent_type = item.agent_type,
			.review = a->review, .command = a->command, .list = list[0] == '\0' ? NULL : list,
		};

		if ((status = dispatch_item(o, &d, &made)) == 0) {
			status = dispatch_show(o, &made, &item, a->wait);
			dispatched_release(&made);
			if (a->wait)
				task_link_recover(o);
		}
	}
	item_release(&item);
	return status;
}

const struct cmd cmd_dispatch = COMMAND("dispatch", "start a session for an item", run,
    OPTION_ROWS(rows, struct arguments));
