/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WORKER_PROSE_H
#define WORKER_PROSE_H

#include <stdbool.h>

struct strings;

/*
 * Is an agent's final message a question?  Its last paragraph begins with "QUESTION:", with options in lines that
 * begin with "- " or "1. ", or its last line ends with a question mark; then the whole message is the question,
 * since the paragraph alone may not say enough.  *question is malloced.
 */
bool prose_question(const char *message, char **question, struct strings *options);

#endif
