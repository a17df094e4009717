/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PROTO_LAYOUT_H
#define PROTO_LAYOUT_H

/*
 * The names in the state directory, and in a session directory.  For the latter man/orchestrator-session.5 is
 * canonical; a test checks that the names here and there are the same set.
 */

#include <stdbool.h>
#include <stddef.h>

/* STATE/workspaces/WORKSPACE has claims, tasklists, the path of its repository, and instances, whose names are "instance-"
 * and an id.  In each of them are the directories of its sessions, and those of merged or replaced ones in the archive. */
#define STATE_WORKSPACES		"workspaces"
#define STATE_CLAIMS			"claims"
#define STATE_TASKLISTS			"tasklists"
#define STATE_REPOSITORY		"repository"
#define STATE_INSTANCE			"instance-"
#define STATE_SESSIONS			"isolated-sessions"
#define STATE_ARCHIVE			"archive"

/* May that name in a workspace be an instance? */
bool state_is_instance(const char *name);

/* A trailing slash in orchestrator-session(5) is a directory. */
#define SESSION_FILE_ITEM		"item.json"
#define SESSION_FILE_CONFIG		"config.json"
#define SESSION_FILE_PROMPT		"prompt.md"
#define SESSION_FILE_LOCK		"worker.lock"
#define SESSION_FILE_STATE		"state.json"
#define SESSION_FILE_QUESTIONS		"questions.json"
#define SESSION_FILE_ANSWERS_JSON	"answers.json"
#define SESSION_FILE_MESSAGES		"messages.json"
#define SESSION_FILE_CANCEL		"cancel"
#define SESSION_FILE_INTERRUPT		"interrupt"
#define SESSION_FILE_PAUSE		"pause"
#define SESSION_FILE_ATTACH		"attach"
#define SESSION_FILE_LOG		"output.log"
#define SESSION_FILE_MERGE_LOG		"merge.log"
#define SESSION_FILE_SUMMARY		"summary.md"
#define SESSION_FILE_PRESENTATION	"presentation.md"
#define SESSION_FILE_REVIEW		"review.json"
#define SESSION_DIR_PROMPTS		"prompts"
#define SESSION_DIR_INBOX		"inbox"
#define SESSION_DIR_ANSWERS		"answers"
#define SESSION_DIR_MESSAGES		"messages"
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

/* Directories that exist for runs only.  They are removed with the session; the first is new for each run. */
#define SESSION_RUN_DIRS		9
extern const char *const session_run_dirs[SESSION_RUN_DIRS];

/* The length of the state directory in the path of a session, and of the path up to its workspace, which may be NULL:
 * STATE/workspaces/WORKSPACE/INSTANCE/isolated-sessions/SESSION.  0 for a session made by hand. */
size_t session_home(const char *path, size_t *workspace);

#endif
