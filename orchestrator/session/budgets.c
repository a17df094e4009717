/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "orchestrator/session/budgets.h"
#include "orchestrator/source/tasks.h"
#include "orchestrator/view/show.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/clock.h"
#include "proto/base/text.h"
#include "proto/json/json.h"
#include "proto/record/account.h"
#include "proto/record/ledger.h"
#include "proto/settings/clients.h"
#include "proto/settings/settings.h"

struct shared {
	struct orch	*o;
	struct settings	 settings;
	int64_t		 now;
	struct json	*all;	/* NULL = they are printed */
};

/* The agents that may exceed the limit by a turn: their clients report the limited figure only at its end. */
static void
find_late(const struct settings *s, const struct budget *limit, struct strings *late)
{
	for (int role = 0; role < ROLE_COUNT; role++) {
		const struct agent *a = s->role[role] != NULL ? settings_agent(s, s->role[role]) : NULL;

		if (a != NULL && !strings_has(late, a->name) && client_reports_late(a, limit))
			strings_add(late, a->name);
	}
}

static struct json *
figures(const struct budget *b)
{
	struct json *j = json_new_object();

	json_put_int(j, "tokens", b->tokens);
	json_put(j, "usd", json_new_real((double)b->microusd / 1e6));
	return j;
}

static void
add_one(struct json *all, const char *scope, const char *name, const struct budget *used, const struct budget *limit,
    const struct strings *late)
{
	struct json *j = json_new_object(), *names = json_new_array();

	json_put_str(j, "scope", scope);
	json_put_str(j, "name", name);
	json_put(j, "used", figures(used));
	json_put(j, "limit", figures(limit));
	for (size_t i = 0; i < late->n; i++)
		json_append(names, json_new_string(late->v[i]));
	json_put(j, "by_turn", names);
	json_append(all, j);
}

static void
print_one(const char *scope, const char *name, const struct budget *used, const struct budget *limit, const struct strings *late)
{
	struct text t = { 0 };
	char *spent = budget_text(used, limit), *of = budget_text(limit, limit), *who = strings_join(late, ", ");

	text_printf(&t, "%s ", scope);
	text_line(&t, name, strlen(name));
	text_printf(&t, ": %s of %s", spent, of);
	if (late->n > 0) {
		text_puts(&t, "; ");
		text_line(&t, who, strlen(who));
		text_puts(&t, " may exceed it by a turn");
	}
	show_note("budget", t.buf);
	text_free(&t);
	free(spent);
	free(of);
	free(who);
}

/* Takes ownership of path, that of the ledger. */
static void
share(struct shared *s, enum budget_scope scope, const char *name, const struct budget *of, char *path)
{
	struct strings late = { 0 };
	struct ledger l = { .used = { 0 } };
	struct budget limit;

	if ((of->tokens != 0 || of->microusd != 0) && ledger_read(path, &l) == 0) {
		limit = budget_raised(of, &l.raised);
		find_late(&s->settings, &limit, &late);
		if (s->all != NULL)
			add_one(s->all, budget_scope_name(scope), name, &l.used, &limit, &late);
		else
			print_one(budget_scope_name(scope), name, &l.used, &limit, &late);
	}
	strings_free(&late);
	free(path);
}

static int
share_list(void *arg, const char *id)
{
	struct shared *s = arg;
	const struct tasklist *l = tasks_head(s->o->workspace, id);

	if (l != NULL && l->working != 0)
		share(s, BUDGET_LIST, id, l->budget.tokens != 0 || l->budget.microusd != 0 ? &l->budget :
		    &s->settings.budget[BUDGET_LIST], ledger_of_list(s->o->workspace, id));
	return 0;
}

static void
share_accounts(struct shared *s)
{
	struct strings names = { 0 };

	for (int role = 0; role < ROLE_COUNT; role++) {
		const struct agent *a = s->settings.role[role] != NULL ? settings_agent(&s->settings, s->settings.role[role]) : NULL;
		char *name = a != NULL ? account_name(&s->settings, a) : NULL;

		if (name != NULL && !strings_has(&names, name)) {
			strings_add(&names, name);
			share(s, BUDGET_ACCOUNT, name, &s->settings.budget[BUDGET_ACCOUNT],
			    ledger_of_account(s->o->home, name, s->now));
		}
		free(name);
	}
	strings_free(&names);
}

/* Without an instance nothing was ever dispatched. */
static void
share_all(struct shared *s)
{
	char day[16];

	if (s->o->instance == NULL || orch_target_settings(s->o, &s->settings) != 0)
		return;
	share(s, BUDGET_DAY, ledger_day(s->now, day), &s->settings.budget[BUDGET_DAY], ledger_of_day(s->o->workspace, s->now));
	tasks_each(s->o->workspace, share_list, s);
	share_accounts(s);
	settings_release(&s->settings);
}

void
budgets_print(struct orch *o)
{
	struct shared s = { .o = o, .now = clock_wall() };

	share_all(&s);
}

struct json *
budgets_json(struct orch *o)
{
	struct shared s = { .o = o, .now = clock_wall(), .all = json_new_array() };

	share_all(&s);
	return s.all;
}
