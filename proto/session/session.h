/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PROTO_SESSION_H
#define PROTO_SESSION_H

/*
 * The vocabulary of a session directory: file names, statuses, phases, steps
 * and roles, and the one table that says which change of status is legal.
 * man/orchestrator-session.5 is canonical; a test checks that the names below and the names
 * there are the same set.  Everything here is pure.
 */

#include <stdbool.h>
#include <stddef.h>

#include "proto/base/id.h"

/* Names in a session directory.  A trailing slash in orchestrator-session(5) is a directory. */
#define SESSION_FILE_ITEM		"item.json"
#define SESSION_FILE_CONFIG		"config.json"
#define SESSION_FILE_PROMPT		"prompt.md"
#define SESSION_FILE_LOCK		"worker.lock"
#define SESSION_FILE_STATE		"state.json"
#define SESSION_FILE_QUESTIONS		"questions.json"
#define SESSION_FILE_ANSWERS_JSON	"answers.json"
#define SESSION_FILE_CANCEL		"cancel"
#define SESSION_FILE_LOG		"output.log"
#define SESSION_FILE_MERGE_LOG		"merge.log"
#define SESSION_FILE_SUMMARY		"summary.md"
#define SESSION_FILE_PRESENTATION	"presentation.md"
#define SESSION_FILE_REVIEW		"review.json"
#define SESSION_DIR_PROMPTS		"prompts"
#define SESSION_DIR_INBOX		"inbox"
#define SESSION_DIR_ANSWERS		"answers"
#define SESSION_DIR_GIT			"git"
#define SESSION_DIR_AGENT_GIT		"agent.git"
#define SESSION_DIR_SAFE_GIT		"safe.git"
#define SESSION_DIR_BIN			"bin"
#define SESSION_DIR_TRANSCRIPT		"transcript"
#define SESSION_DIR_TMP			"tmp"
#define SESSION_DIR_CLIENT		"client"
#define SESSION_DIR_CACHE		"cache"
#define SESSION_DIR_LAYER		"layer"
#define SESSION_DIR_CLEAN_CACHE		"cache.clean"
#define SESSION_DIR_CLEAN_LAYER		"layer.clean"
#define SESSION_DIR_CLEAN_GIT		"clean.git"
#define SESSION_DIR_SCRATCH_GIT		"scratch.git"
#define SESSION_DIR_CLEAN		"clean"

/* Directories that are there for runs alone: they go with the session, the first with each run. */
#define SESSION_RUN_DIRS		9
extern const char *const session_run_dirs[SESSION_RUN_DIRS];

/* Caps that writers keep within and readers enforce, in bytes or entries. */
#define SESSION_MAX_TEXT	(64u << 10)	/* a question, an answer, a summary */
#define SESSION_MAX_MESSAGE	(128u << 10)	/* one inbox message */
#define SESSION_MAX_PROMPT	(1u << 20)
#define SESSION_MAX_QUESTIONS	1000
#define SESSION_MAX_OPTIONS	64
#define SESSION_MAX_HISTORY	64
#define SESSION_MAX_SEEN	256		/* message ids other than questions */
#define SESSION_MAX_EVIDENCE	(16u << 10)	/* a gate's output in review.json */

enum status {
	STATUS_PENDING, STATUS_RUNNING, STATUS_WAITING, STATUS_COMPLETED,
	STATUS_REVIEWING, STATUS_APPROVED, STATUS_REJECTED, STATUS_CONFLICT,
	STATUS_MERGED, STATUS_FAILED, STATUS_FAILED_TIMEOUT, STATUS_UNKNOWN,
	STATUS_STALE, STATUS_CANCELLED,
	STATUS_COUNT
};

enum role { ROLE_NONE, ROLE_IMPLEMENTER, ROLE_REVIEWER, ROLE_TECH_LEAD, ROLE_COUNT };

/* Where in the two phases a session is; on disk in state.json as "step". */
enum step {
	STEP_SETUP,	/* private git directory, checkout, setup commands */
	STEP_RESOLVE,	/* the target is merged into what was approved, conflicts and all */
	STEP_IMPLEMENT,	/* implementer works */
	STEP_COMMIT,	/* what it left is committed, its commits imported */
	STEP_GATES,	/* gates on the commit */
	STEP_SUMMARY,	/* summary.md, status completed */
	STEP_PRESENT,	/* phase 2: implementer presents */
	STEP_REVIEW,	/* reviewer judges */
	STEP_RESPOND,	/* implementer concedes or defends */
	STEP_DECIDE,	/* tech-lead decides */
	STEP_REGATE,	/* gates again, after the tech-lead's commit */
	STEP_VERDICT,	/* review.json, status, the line in output.log */
	STEP_END,
	STEP_COUNT
};

enum verdict { VERDICT_NONE, VERDICT_APPROVED, VERDICT_REJECTED };

/* Names as they stand in files: "failed-timeout", "tech-lead", "regate", ...
 * *_parse return -1 for an unknown name. */
const char *status_name(enum status);
int status_parse(const char *);
const char *role_name(enum role);
int role_parse(const char *);
const char *step_name(enum step);
int step_parse(const char *);
const char *verdict_name(enum verdict);	/* "none", "approved", "rejected" */
int verdict_parse(const char *);

/* Is from -> to in the table of orchestrator-session(5)? */
bool status_legal(enum status from, enum status to);
/* pending, running, waiting, completed, reviewing: a worker is, or may be, at it. */
bool status_live(enum status);
/* Nothing more happens by itself: every status but the live ones and approved. */
bool status_ended(enum status);
/* 1 for running, 2 for reviewing; derived from the step. */
int step_phase(enum step);

#endif
