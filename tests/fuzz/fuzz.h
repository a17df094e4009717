/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

/*
 * Fuzzing: calls the functions that read others' input with arbitrary bytes.
 *
 * A target is a function that takes bytes and returns; the sanitizers check
 * that it neither crashes nor hangs nor leaks, and it reports other violations with fuzz_fail.  fuzz_targets
 * (targets.c) is the table of all.
 *
 * It is built as two programs: fuzz, with libFuzzer and clang, which works on
 * the target that FUZZ_TARGET names; and replay (replay.c), with any compiler,
 * which gives each target the files of corpus/NAME.
 */

#include <stdbool.h>
#include <stddef.h>

struct fuzz_target {
	const char	*name;		/* also the name of its directory in corpus/ */
	void		(*run)(const char *, size_t);
	unsigned	 max;		/* maximum number of input bytes */
};
extern const struct fuzz_target fuzz_targets[];	/* ended by a name NULL */

/* Reports a violated property, and ends the program with SIGABRT. */
__attribute__((noreturn, format(printf, 1, 2))) void fuzz_fail(const char *, ...);
/* Checks a reason in another program's words: not empty, and one line. */
void fuzz_words(const char *err);
/* Checks a reason in our words: also nothing that a terminal obeys. */
void fuzz_reason(const char *err);
/* An open directory that exists until the program ends, and its path. */
int fuzz_scratch(const char **path);
/* Makes a file name with these bytes in it. */
void fuzz_file(const char *name, const char *, size_t);
/* The input before the next NUL, malloced; moves the input past that. */
char *fuzz_field(const char **, size_t *);

void fuzz_state(const char *, size_t);		/* records.c */
void fuzz_item(const char *, size_t);
void fuzz_config(const char *, size_t);
void fuzz_settings(const char *, size_t);
void fuzz_questions(const char *, size_t);
void fuzz_answer(const char *, size_t);
void fuzz_answers(const char *, size_t);
void fuzz_message(const char *, size_t);
void fuzz_messages(const char *, size_t);
void fuzz_review(const char *, size_t);
void fuzz_json(const char *, size_t);
void fuzz_tasklist(const char *, size_t);	/* lists.c */
void fuzz_streams(const char *, size_t);
void fuzz_checklist(const char *, size_t);
void fuzz_yaml(const char *, size_t);
void fuzz_beads(const char *, size_t);
void fuzz_clients(const char *, size_t);		/* agents.c */
void fuzz_output(const char *, size_t);
void fuzz_inbox(const char *, size_t);
void fuzz_mcp(const char *, size_t);
void fuzz_text(const char *, size_t);		/* texts.c */
void fuzz_names(const char *, size_t);
void fuzz_reply(const char *, size_t);
void fuzz_glob(const char *, size_t);		/* globs.c */
void fuzz_conflicts(const char *, size_t);	/* repository.c */
void fuzz_index(const char *, size_t);
void fuzz_refs(const char *, size_t);

#endif
