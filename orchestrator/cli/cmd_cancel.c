/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "orchestrator/cli/input.h"
#include "orchestrator/session/registry.h"
#include "orchestrator/session/show_entry.h"
#include "orchestrator/session/stop.h"
#include "orchestrator/view/show.h"
#include "orchestrator/workspace/cmd.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/json/record.h"
#include "proto/sys/file.h"

static int
cancel(struct orch *o, struct entry *e)
{
	char		 why[GIT_ERR];
	struct json	*j;
	int		 fd, rv = 0;
	bool		 forced = false;

	if (e->archived || (e->error == NULL && status_ended(e->state.status))) {
		log_warnx("%s is %s: there is nothing to cancel", e->id, show_status(e));
		return EX_DATAERR;
	}
	if ((fd = file_open_dir(AT_FDCWD, e->path)) == -1) {
		log_warn("%s", e->path);
		return EX_IOERR;
	}
	if (e->alive)
		rv = session_stop(e, fd, &forced);
	close(fd);
	if (rv != 0)
		return rv;
	/* A worker that stopped cleanly has recorded it itself; then nothing is left to declare. */
	if (entry_declare(e, STATUS_CANCELLED, forced ? "killed" : "cancelled", forced ?
	    "did not stop when asked and was killed" : "cancelled while no worker was running") == -1)
		return EX_IOERR;
	if (e->state.status != STATUS_CANCELLED) {
		log_warnx("%s is %s: not cancelled", e->id, show_status(e));
		return EX_NEGATIVE;
	}
	if (entry_salvage(o, e, why, sizeof(why)) == -1)
		log_warnx("%s: its work is in %s only; orchestrator cleanup tries to save it again: %s",
		    e->id, e->state.worktree, why);
	if (o->json) {
		j = json_new_object();
		json_put_int(j, "version", 1);
		json_put_str(j, "session", e->id);
		json_put_str(j, "status", status_name(e->state.status));
		show_json(j);
	} else
		printf("%s: cancelled; orchestrator retry %s starts over, orchestrator discard %s removes it\n", e->id,
		    e->state.item, e->state.item);
	return 0;
}

/* 0: a person wants approved work to be cancelled. */
static int
confirm(const struct entry *e)
{
	char	*question = text_format("%s is approved, and not merged.  Cancel it?", e->id);
	char	*refusal = text_format("%s is approved: orchestrator merge %s merges it, orchestrator cancel --yes %s cancels it", e->id,
	    e->state.item, e->state.item);
	int	 rv = input_confirm(question, refusal);

	free(question);
	free(refusal);
	return rv;
}

struct arguments {
	bool		 yes;
	const char	*session;
};
static const struct option_row rows[] = {
	OPT_FLAG(struct arguments, yes, 0, "yes", "cancel approved work without asking"),
	OPERAND(struct arguments, session, "SESSION"),
};

static int
run(struct orch *o, void *arguments)
{
	const struct arguments *a = arguments;
	struct entry	e;
	int		rv;

	if ((rv = show_operand(o, a->session, &e)) != 0)
		return rv;
	if (!a->yes && e.error == NULL && e.state.merging.target[0] == '\0' && status_approved(e.state.status) &&
	    !status_done(e.state.status))
		rv = confirm(&e);
	if (rv == 0)
		rv = cancel(o, &e);
	entry_release(&e);
	return rv;
}

const struct cmd cmd_cancel = COMMAND("cancel", "stop a session cleanly, after 10 seconds by force",
    run, OPTION_ROWS(rows, struct arguments));
