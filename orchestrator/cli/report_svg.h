/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORCHESTRATOR_REPORT_SVG_H
#define ORCHESTRATOR_REPORT_SVG_H

/* The timeline of sessions as a picture: runs of agents, gates, reviews and waits. */

#include <stdint.h>

struct report_sessions;
struct text;

#define REPORT_SVG_ROWS	500	/* sessions; the newest are left out, and the picture says how many */

/* Appends the element svg, which also is a complete document.  What has not ended ends now (wall ms). */
void report_svg(struct text *, const struct report_sessions *, int64_t now);

#endif
