/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

/*
 * Fuzzing: whatever reads what others wrote, called with anything at all.
 *
 * A target is a function that takes bytes and returns; that it neither crashes
 * nor hangs nor leaks is seen to by the sanitizers, and what else must hold it
 * says with fuzz_fail.  fuzz_targets (targets.c) is the table of all.
 *
 * Two programs are made of it: fuzz, with libFuzzer and clang, which works on
 * the target that FUZZ_TARGET names; and replay (replay.c), with any compiler,
 * which gives each target the files of corpus/NAME.
 */

#include <stdbool.h>
#include <stddef.h>

struct fuzz_target {
	const char	*name;		/* of its directory in corpus/, too */
	void		(*run)(const char *, size_t);
	unsigned	 max;		/* bytes that are given at most */
};
extern const struct fuzz_target fuzz_targets[];	/* ended by a name NULL */

/* A property does not hold: says so and ends the program with SIGABRT. */
__attribute__((noreturn, format(printf, 1, 2))) void fuzz_fail(const char *, ...);
/* A reason for people, in another program's words: something, and one line. */
void fuzz_words(const char *err);
/* In our own: one that a terminal does not obey either. */
void fuzz_reason(const char *err);
/* An open directory that is there until the program ends, and its path. */
int fuzz_scratch(const char **path);
/* Makes name, there, a file of these bytes. */
void fuzz_file(const char *name, const char *, size_t);
/* Malloced: what stands before the next NUL of an input, which is moved past that. */
char *fuzz_field(const char **, size_t *);

void fuzz_state(const char *, size_t);		/* records.c */
void fuzz_item(const char *, size_t);
void fuzz_config(const char *, size_t);
void fuzz_settings(const char *, size_t);
void fuzz_questions(const char *, size_t);
void fuzz_answer(const char *, size_t);
void fuzz_answers(const char *, size_t);
void fuzz_message(const char *, size_t);
void fuzz_review(const char *, size_t);
void fuzz_json(const char *, size_t);
void fuzz_tasklist(const char *, size_t);	/* lists.c */
void fuzz_streams(const char *, size_t);
void fuzz_beads(const char *, size_t);
void fuzz_claude(const char *, size_t);		/* agents.c */
void fuzz_output(const char *, size_t);
void fuzz_inbox(const char *, size_t);
void fuzz_text(const char *, size_t);		/* texts.c */
void fuzz_names(const char *, size_t);
void fuzz_reply(const char *, size_t);
void fuzz_glob(const char *, size_t);		/* globs.c */
void fuzz_conflicts(const char *, size_t);	/* repository.c */
void fuzz_index(const char *, size_t);
void fuzz_refs(const char *, size_t);

#endif
