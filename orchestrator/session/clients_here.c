/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "orchestrator/session/clients_here.h"
#include "orchestrator/workspace/program.h"
#include "proto/base/strings.h"
#include "proto/base/text.h"
#include "proto/session/role.h"
#include "proto/settings/clients.h"
#include "proto/settings/settings.h"

void
clients_here(const struct settings *s, struct strings *names)
{
	const char *path = strings_value(&s->env, "PATH");

	for (size_t i = 0; i < nclients; i++)
		if (clients[i].adapter && program_exists(clients[i].name, path != NULL ? path : getenv("PATH")))
			strings_add(names, clients[i].name);
}

char *
clients_mix(const struct strings *names)
{
	struct text t = { 0 };

	text_puts(&t, "{ ");
	for (int role = ROLE_IMPLEMENTER; role < ROLE_COUNT; role++)
		text_printf(&t, "%s\"%s\": \"%s\"", role > ROLE_IMPLEMENTER ? ", " : "", role_name((enum role)role),
		    names->v[(size_t)(role - ROLE_IMPLEMENTER) % names->n]);
	text_puts(&t, " }");
	return t.buf;
}
