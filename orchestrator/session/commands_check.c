/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/stat.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "orchestrator/session/plan.h"
#include "orchestrator/workspace/orch.h"
#include "orchestrator/workspace/program.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/sandbox/sandbox.h"
#include "proto/settings/settings.h"
#include "proto/sys/child.h"

#define BLANKS	" \t\n;|&()\"'"		/* what ends a word of a shell's command */

struct sight {
	struct orch	*o;
	const struct settings *s;
	struct sandbox	 sb;	/* what confined runs see; filled when a path has to be looked for */
	bool		 made, hides;
};

/* Only a run in bubblewrap does not see what lies below /tmp. */
static bool
hides(struct orch *o, enum confine_mode mode)
{
	char *known = text_format("%s/confine", o->home), why[320];
	struct sandbox_probe probe;
	bool yes = false;

	if (mode != CONFINE_OFF) {
		sandbox_probe_start(&probe, known, NULL);
		yes = sandbox_probe_end(&probe, why, sizeof(why)) == SANDBOX_BWRAP;
	}
	free(known);
	return yes;
}

/* The directories that worker/run/confine.c shows to every run. */
static void
make_sight(struct sight *v)
{
	const char *home = getenv("HOME"), *path = getenv("PATH");
	const struct strings *w = &v->s->confine.writable;
	char *dir;
	size_t n;

	v->made = true;
	if (!(v->hides = hides(v->o, v->s->confine.mode)))
		return;
	v->sb.tmp = "/tmp";
	for (size_t i = 0; i < w->n; i++) {
		dir = w->v[i][0] == '~' && home != NULL ? text_format("%s/%s", home, w->v[i] + 2) :
		    text_format("%s", w->v[i]);
		sandbox_add(&v->sb, dir, SANDBOX_WRITE);
		free(dir);
	}
	sandbox_add(&v->sb, v->o->repo.top, SANDBOX_READ);
	sandbox_add(&v->sb, v->o->repo.common, SANDBOX_READ);
	sandbox_add(&v->sb, home, SANDBOX_READ);
	for (; path != NULL && *path != '\0'; path += n + (path[n] == ':')) {
		n = strcspn(path, ":");
		dir = text_format("%.*s", (int)n, path);
		sandbox_add(&v->sb, dir, SANDBOX_READ);
		free(dir);
	}
	sandbox_add(&v->sb, v->o->home, SANDBOX_EMPTY);
	sandbox_settle(&v->sb);
}

static bool
is_hidden(struct sight *v, const char *path)
{
	char *real = realpath(path, NULL);
	enum sandbox_access access = SANDBOX_READ;

	if (real != NULL && !v->made)
		make_sight(v);
	if (real != NULL && v->hides)
		access = sandbox_access_of(&v->sb, real);
	free(real);
	return access == SANDBOX_TMP || access == SANDBOX_EMPTY;
}

static bool
is_interpreter(const char *word)
{
	static const char *const names[] = { ".", "sh", "bash", "dash", "python", "python3", "node", "perl", "ruby" };
	const char *slash = strrchr(word, '/');

	return name_index(names, sizeof(names) / sizeof(names[0]), slash != NULL ? slash + 1 : word) != -1;
}

/* The first program or script of a shell's command that runs do not see; malloced. */
static char *
hidden_word(struct sight *v, const char *shell)
{
	char *word, *before = text_format("%s", "");
	struct stat st;
	size_t n;

	/* runs see an argument that is a path */
	if (access(shell, F_OK) == 0)
		shell = "";
	for (; shell += strspn(shell, BLANKS), *shell != '\0'; shell += n) {
		n = strcspn(shell, BLANKS);
		word = text_format("%.*s", (int)n, shell);
		if (word[0] == '/' && stat(word, &st) == 0 && S_ISREG(st.st_mode) &&
		    (access(word, X_OK) == 0 || is_interpreter(before)) && is_hidden(v, word)) {
			free(before);
			return word;
		}
		free(before);
		before = word;
	}
	free(before);
	return NULL;
}

static int
check_seen(struct sight *v, const char *kind, const char *name, const char *shell)
{
	char *path = hidden_word(v, shell);

	if (path == NULL)
		return 0;
	log_warnx("%s \"%.100s\": confined runs do not see %s; move it into the repository or the home directory, or add its "
	    "directory to the user's settings: \"confine\": {\"writable\": [\"%.*s\"]}", kind, name, path,
	    (int)(strrchr(path, '/') - path), path);
	free(path);
	return EX_CONFIG;
}

/* Is it a keyword or a command of the shell itself? */
static bool
is_of_shell(const char *word)
{
	const char *const argv[] = { "/bin/sh", "-c", "command -v \"$1\"", "sh", word, NULL };
	const struct child_spec spec = { .argv = argv, .in = -1, .out = -1, .err = -1 };
	const struct child_io io = { .max = 4096 };

	return child_run(&spec, &io) == 0;
}

/* A later command may be installed by the first. */
static int
check_setup(const struct settings *s)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.+-/";
	const char *shell = s->nsetup > 0 ? s->setup[0].shell : "", *path = strings_value(&s->env, "PATH");
	size_t n = strspn(shell, plain);
	char *word;
	int status = 0;

	if (n == 0 || strchr(" \t\n;|&", shell[n]) == NULL)
		return 0;
	word = text_format("%.*s", (int)n, shell);
	/* runs find this program in their session */
	if (strcmp(word, "worker") != 0 && !program_exists(word, path != NULL ? path : getenv("PATH")) &&
	    (word[0] == '/' || !is_of_shell(word))) {
		log_warnx("setup \"%.100s\": %s is not on PATH; install it, or change \"setup\"", shell, word);
		status = EX_CONFIG;
	}
	free(word);
	return status;
}

int
plan_commands(struct orch *o, const struct settings *s)
{
	struct sight v = { .o = o, .s = s };
	int status = check_setup(s);
	const struct agent *a;

	for (int r = ROLE_IMPLEMENTER; status == 0 && r < ROLE_COUNT; r++)
		if (s->role[r] != NULL && (a = settings_agent(s, s->role[r])) != NULL && a->command.n == 3 &&
		    is_interpreter(a->command.v[0]) && strcmp(a->command.v[1], "-c") == 0)
			status = check_seen(&v, "agent", a->name, a->command.v[2]);
	for (size_t i = 0; status == 0 && i < s->nsetup; i++)
		status = check_seen(&v, "setup", s->setup[i].name, s->setup[i].shell);
	for (size_t i = 0; status == 0 && i < settings_ngates(s); i++)
		status = check_seen(&v, "gate", s->gates[i].name, s->gates[i].shell);
	sandbox_free(&v.sb);
	return status;
}
