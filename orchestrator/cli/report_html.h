/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_REPORT_HTML_H
#define ORCHESTRATOR_REPORT_HTML_H

/*
 * A report as a web page: one file without scripts that loads nothing; its Content-Security-Policy forbids both.  Text
 * of agents and people passes markup.h.
 */

#include <stddef.h>
#include <stdint.h>

struct json;
struct orch;
struct report_item;
struct report_sessions;
struct text;

/* Writes the page, or its timeline alone, which is an SVG document: report_write().  0, or an exit status with the
 * error printed. */
int report_html(struct orch *, const struct json *, const char *path);
int report_html_timeline(struct orch *, const struct json *, const char *path);

/* For report_html.c alone: appends the details of an item, its council and its diff. */
void report_html_item(struct orch *, struct text *, const struct report_item *, size_t number, const struct report_sessions *);

#endif
