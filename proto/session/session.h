/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PROTO_SESSION_H
#define PROTO_SESSION_H

/*
 * The vocabulary of a session directory: file names, phases, steps and roles; status.h
 * has the statuses.  man/orchestrator-session.5 is canonical; a test checks that the names below and
 * the names there are the same set.  Everything here is pure.
 */

#include "proto/base/id.h"
#include "proto/session/status.h"

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

/* Names as they stand in files: "tech-lead", "regate", ...
 * *_parse return -1 for an unknown name. */
const char *role_name(enum role);
int role_parse(const char *);
const char *step_name(enum step);
int step_parse(const char *);
const char *verdict_name(enum verdict);	/* "none", "approved", "rejected" */
int verdict_parse(const char *);

/* 1 for running, 2 for reviewing; derived from the step. */
int step_phase(enum step);

#endif
