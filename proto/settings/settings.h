/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PROTO_SETTINGS_H
#define PROTO_SETTINGS_H

/*
 * The settings (orchestrator-config.5).
 *
 * settings_default gives the built-in settings; settings_apply overrides them
 * with a parsed file, key by key (agents and environment merge by name, lists and
 * everything else are replaced).  Every unknown or mistyped key is an error
 * that names file, key and the nearest valid key.  The tables in settings.c are
 * the only list of the keys: settings_keys.c reads by them, settings_put.c writes.
 *
 * Each adapter with a client of its own defines an agent of the same name
 * ("claude") from the start, so that a role can name it.
 */

#include <stdbool.h>
#include <stdint.h>

#include "proto/base/strings.h"
#include "proto/session/role.h"
#include "proto/settings/budget.h"
#include "proto/settings/limits.h"

#define SETTINGS_MAX_TEXT	(64 << 10)	/* bytes of any one string */
#define SETTINGS_MAX_ENV_NAME	255
#define SETTINGS_MAX_PORTS	5000
#define SETTINGS_TIMEOUT	1800		/* seconds for a command without a timeout */

struct json;

struct command {		/* setup and gates */
	char	*name;		/* default: the command */
	char	*shell;		/* run by /bin/sh -c */
	int64_t	 timeout;	/* seconds, default 1800 */
};

enum verdict_source { VERDICT_BY_MESSAGE, VERDICT_BY_EXIT, VERDICT_SOURCES };

struct agent {
	char		*name;
	char		*adapter;	/* a name of the adapter table: command, acp, claude, codex, ... */
	struct strings	 command;	/* adapters command and acp: argv; one string with blanks is given to sh -c */
	struct strings	 resume;	/* command adapter: argv to present and respond; empty = not resumable */
	enum verdict_source verdict;	/* "verdict": "message" or "exit-status" */
	char		*model;
	char		*client;	/* whose files and variables it uses (clients.h); NULL = by adapter or program */
	char		*account;	/* its account with the service (account.h); NULL = by client and home */
	char		*mode;		/* adapter acp: permission mode; NULL = the mode that allows everything */
	int64_t		 silence;	/* seconds without a sign of life until a run has stalled; 0 = limits.stall */
	bool		 load;		/* adapter acp: conversations can be resumed, default true */
	struct strings	 error_phrases;	/* phrases of a last message that make the run a failure */
	struct strings	 args;		/* appended to the client's arguments */
	struct strings	 env;		/* NAME=value */
	struct strings	 secrets;	/* NAME=command:SHELL or NAME=file:PATH; no name of env */
};

struct rule {
	char	*match;		/* a regular expression (pattern.h) */
	char	*answer;
	char	*name;		/* only of a default, which answers ... */
	int64_t	 after;		/* ... when the question has been open for so many seconds */
};

enum review_mode { REVIEW_COUNCIL, REVIEW_GATES, REVIEW_NONE, REVIEW_MODES };
/* Tasks that do not say their paths. */
enum ambiguous { AMBIGUOUS_PARALLEL, AMBIGUOUS_SEQUENTIAL, AMBIGUOUS_ASK, AMBIGUOUS_COUNT };	/* the first one is the default */

/* Where the log of a session is shown as soon as it begins. */
enum windows { WINDOWS_NONE, WINDOWS_TMUX, WINDOWS_COUNT };

/* What becomes of approved work that conflicts with its target. */
enum conflict_mode { CONFLICT_RESOLVE, CONFLICT_RETRY, CONFLICT_FAIL, CONFLICT_MODES };		/* the first one is the default */

enum confine_mode { CONFINE_OFF, CONFINE_AUTO, CONFINE_REQUIRE, CONFINE_MODES };

struct confine {
	enum confine_mode mode;
	bool		 network_off;
	struct strings	 writable;	/* absolute paths; "~/" at the start is HOME */
	struct strings	 environment;	/* names of variables; "*" at the end matches any rest */
	struct strings	 sockets;	/* names of sandbox_sockets.h, or absolute paths */
};

struct settings {
	char		*target;	/* branch name; NULL = the one checked out at dispatch */
	char		*branch_prefix;	/* of the sessions' branches, ends in "/"; NULL = session/, or sessions/ (place.h) */
	enum review_mode review;
	bool		 by_person;	/* "review_by_person": a person judges what all others approve */
	struct agent	*agents;
	size_t		 nagents;
	char		*role[ROLE_COUNT];	/* agent names; NULL = none */
	struct command	*setup, *gates;
	size_t		 nsetup, ngates;
	int64_t		 rounds;	/* rounds of rework, default 2 */
	int64_t		 gate_tries;	/* default 2 */
	int64_t		 transcript_mb;	/* default 256 */
	int64_t		 stop_grace;	/* seconds between SIGTERM and SIGKILL, default 10 */
	struct session_limits	 limits;
	struct budget	 budget[BUDGET_SCOPES];
	struct strings	 context_phrases;	/* phrases of an agent whose conversation is full */
	struct strings	 limit_phrases;		/* phrases of a command agent whose account is at its limit */
	int64_t		 max_parallel;	/* tasks of a list at the same time, default 4 */
	int64_t		 max_parallel_streams;	/* in a streams file, default 5 */
	int64_t		 attempts;	/* sessions per item of a list, default 2 */
	int64_t		 bd_timeout;	/* seconds for a call of bd, default 30 */
	int64_t		 breaker;	/* quick deaths of sessions before dispatching stops, default 5 */
	enum ambiguous	 ambiguous;
	enum windows	 windows;	/* "terminal" */
	int64_t		 max_load;	/* load in percent of the processors above which no further session begins; 0 = any */
	int64_t		 ports;		/* consecutive port numbers of each session (ports.h), default 0 */
	int64_t		 session_memory_mb;	/* memory needed per session, default 512 */
	enum conflict_mode on_conflict;	/* merge.on_conflict */
	enum conflict_mode on_gate;	/* merge.on_gate: a gate fails on the merged tree */
	char		*merge_message;	/* merge.message: of merge commits (commit_text.h) */
	char		*commit_message; /* of what an agent left uncommitted (commit_text.h) */
	int64_t		 resolves;	/* merge.resolves: of one session, default 3 */
	bool		 recycle;	/* worktrees of merged sessions (pool.h), default true */
	bool		 keep_ignored;	/* in them, default false */
	char		*worktrees;	/* worktree.directory: absolute, below "~/", or below the repository; NULL = .worktrees */
	struct rule	*rules, *defaults;	/* answers.rules, answers.default */
	size_t		 nrules, ndefaults;
	struct strings	 answer_command;
	struct strings	 on_event;	/* "hooks.on_event": a command that gets each notice */
	bool		 desktop, bell;	/* "notices.desktop" and "notices.bell": they get each notice, too */
	char		*quiet;		/* "notices.quiet": hours without notices (quiet_hours.h), or NULL */
	bool		 park_worker;	/* "park.worker": the worker ends while its session waits for an answer */
	struct strings	 env;		/* NAME=value, for all commands */
	struct strings	 secrets;	/* like those of an agent */
	struct confine	 confine;
	struct strings	 protect;	/* "protected": globs of refused paths */
	struct strings	 allow_protected; /* ... except for these */
	struct strings	 allow_files;	/* globs of large and similar files that may be committed (worker/tree/junk.h) */
};
void settings_default(struct settings *);
int settings_apply(struct settings *, const char *file, const char *buf, size_t len, char *err, size_t errlen);
/* The same for a parsed value; lenient ignores unknown keys (config.json). */
int settings_apply_json(struct settings *, const char *file, const struct json *, bool lenient,
    char *err, size_t errlen);
/* Puts every setting into an object. */
void settings_json(const struct settings *, struct json *object);
void settings_release(struct settings *);
void agent_release(struct agent *);	/* releases its members, not the struct itself */
const struct agent *settings_agent(const struct settings *, const char *name);
/* Checks across settings: roles name agents, agents name adapters, patterns compile. */
int settings_check(const struct settings *, const char *file, char *err, size_t errlen);
/* "council", "gates", "none"; the reverse is -1 for an unknown name. */
/* The names of each enumeration, ended by NULL. */
extern const char *const review_modes[], *const verdict_sources[], *const ambiguous_names[], *const windows_names[],
    *const conflict_modes[];
const char *review_mode_name(enum review_mode);
int review_mode_parse(const char *);
/* The number of gates to run: none with review none. */
size_t settings_ngates(const struct settings *);
/* Does a person judge; does one in place of the reviewer ("reviewer": SETTINGS_PERSON)? */
#define SETTINGS_PERSON		"person"
bool settings_person(const struct settings *);
bool settings_person_reviews(const struct settings *);
/* Can these settings approve any work?  False when the review is by gates, but there is no gate. */
bool settings_judged(const struct settings *);
/* "fail", "retry", "resolve"; the reverse is -1 for an unknown name. */
/* Does git accept it as the name of a branch, and never as an option? */
bool branch_valid(const char *);

#endif
