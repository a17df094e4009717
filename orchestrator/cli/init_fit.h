/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_INIT_FIT_H
#define ORCHESTRATOR_INIT_FIT_H

/*
 * The setup and the gates that fit a repository, by the files at its top: those of its Makefile
 * first, else those that its languages are built with.
 */

#include "proto/base/strings.h"

void init_fit(const char *top, struct strings *setup, struct strings *gates);

#endif
