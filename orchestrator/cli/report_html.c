/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "orchestrator/cli/report_html.h"
#include "orchestrator/cli/report_sessions.h"
#include "orchestrator/cli/report_svg.h"
#include "orchestrator/cli/report_write.h"
#include "orchestrator/execute/manifest.h"
#include "orchestrator/execute/report_items.h"
#include "orchestrator/session/spending.h"
#include "orchestrator/view/markup.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/clock.h"
#include "proto/base/text.h"
#include "proto/json/json.h"

#define POLICY	"default-src 'none'; style-src 'unsafe-inline'"

static const char style[] =
    "<style>:root{color-scheme:light dark;--ink:#1f2328;--paper:#fff;--soft:#59636e;--rule:#d1d9e0;--block:#f6f8fa;--ok:#1a7f37;"
    "--no:#cf222e;--ask:#9a6700;--link:#0969da}"
    "@media(prefers-color-scheme:dark){:root{--ink:#f0f6fc;--paper:#0d1117;--soft:#9198a1;--rule:#3d444d;--block:#151b23;--ok:#3fb950;"
    "--no:#f85149;--ask:#d29922;--link:#4493f8}}"
    "body{margin:0 auto;padding:1.5rem;max-width:64rem;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,sans-serif}"
    "h1{font-size:1.4rem;margin:0}h2{font-size:1.1rem;margin:2rem 0 .5rem}a{color:var(--link)}p{margin:.4rem 0}"
    ".sentence{font-size:1.15rem}.quiet{color:var(--soft)}.good{color:var(--ok)}.bad{color:var(--no)}.ask{color:var(--ask)}"
    ".wide{overflow-x:auto}.wide svg{min-width:44rem;width:100%;height:auto}"
    "table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.3rem .8rem .3rem 0;border-bottom:1px solid var(--rule);"
    "vertical-align:top}td.n,th.n{text-align:right;white-space:nowrap}td{overflow-wrap:anywhere}"
    "details{margin:.5rem 0;padding:.3rem .8rem;border:1px solid var(--rule);border-radius:6px}summary{cursor:pointer}"
    "pre,code{font:13px/1.45 ui-monospace,monospace}pre{background:var(--block);padding:.6rem;overflow-x:auto;margin:.4rem 0}"
    "pre.said{white-space:pre-wrap;overflow-wrap:anywhere}.add{color:var(--ok)}.del{color:var(--no)}.hunk{color:var(--link)}"
    ".head{font-weight:bold}@media print{details{break-inside:avoid}}</style>\n";

/* Appends a time as a local date and time of day. */
static void
put_time(struct text *t, const char *time, const char *after)
{
	char at[CLOCK_TEXT];

	if (time != NULL)
		text_printf(t, "%s%s", clock_local(clock_parse(time), 0, at, sizeof(at)), after);
}

static void
put_begin(struct text *t, const struct orch *o, const struct json *j, const char *sentence)
{
	const char *target = json_str(j, "target"), *list = json_str(j, "list"), *name = json_words(j, "name"), *from;
	const char *repo = orch_name(o);

	text_puts(t, "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
	    "<meta http-equiv=\"Content-Security-Policy\" content=\"" POLICY "\">\n"
	    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>");
	markup_puts(t, repo);
	text_puts(t, ": ");
	markup_puts(t, sentence);
	text_puts(t, "</title>\n");
	text_puts(t, style);
	text_puts(t, "</head><body>\n<header><h1>");
	markup_puts(t, repo);
	if (target != NULL) {
		text_puts(t, " on ");
		markup_puts(t, target);
	}
	text_puts(t, "</h1>\n<p class=\"sentence\">");
	markup_puts(t, sentence);
	text_puts(t, "</p>\n<p class=\"quiet\">");
	if (list != NULL) {
		text_puts(t, "list ");
		markup_puts(t, *name != '\0' ? name : list);
		text_puts(t, ", ");
	}
	from = json_str(j, "started_at") != NULL ? json_str(j, "started_at") : json_str(j, "from");
	put_time(t, from, " to ");
	put_time(t, json_str(j, "at") != NULL ? json_str(j, "at") : json_str(j, "to"), "");
	text_puts(t, "</p></header>\n<main>\n");
}

static void
put_figures(struct text *t, const struct json *j)
{
	int64_t wall = json_int(j, "wall_ms", 0), saved = json_int(j, "saved_ms", 0);
	const struct json *spent = json_get(j, "spent");
	struct text line = { 0 };
	char took[CLOCK_TEXT];

	if (json_str(j, "stopped") != NULL) {
		text_puts(t, "<p class=\"ask\">stopped: ");
		markup_puts(t, json_words(j, "stopped"));
		text_puts(t, "</p>\n");
	}
	if (saved > 0)
		text_printf(t, "<p>%s (%lld %%) saved on what was merged, against one after another</p>\n",
		    clock_took(saved, took, sizeof(took)), manifest_gain(saved, wall));
	for (size_t i = 0; i < json_count(spent); i++) {
		text_clear(&line);
		spending_text(json_at(spent, i), &line);
		text_puts(t, "<p class=\"quiet\">");
		markup_puts(t, line.buf);
		text_puts(t, "</p>\n");
	}
	text_free(&line);
}

static void
put_cost(struct text *t, const struct json *item)
{
	const struct json *usage = json_get(item, "usage");
	double cost = json_real(usage, "cost_usd", 0);

	text_puts(t, "<td class=\"n\">");
	if (cost > 0)
		text_printf(t, "%.2f USD", cost);
	text_puts(t, "</td>");
}

static void
put_row(struct text *t, const struct report_item *i, size_t number)
{
	const char *title = json_words(i->j, "title"), *merged = json_words(i->j, "merged");
	const struct json *waits = json_get(i->j, "for");
	char took[CLOCK_TEXT];

	text_printf(t, "<tr><td><a href=\"#i%zu\">", number);
	markup_puts(t, i->task);
	text_printf(t, "</a>%s", *title != '\0' ? " " : "");
	markup_puts(t, title);
	text_printf(t, "</td><td class=\"%s\">", i->outcome == OUTCOME_DONE ? "good" : i->outcome == OUTCOME_NONE ? "quiet" : "bad");
	markup_puts(t, i->result);
	for (size_t k = 0; k < json_count(waits); k++) {
		text_puts(t, k == 0 ? " for " : ", ");
		markup_puts(t, json_string(json_at(waits, k)));
	}
	if (json_str(i->j, "with") != NULL) {
		text_puts(t, " with ");
		markup_puts(t, json_words(i->j, "with"));
	}
	text_printf(t, "</td><td class=\"n\">%s</td>", json_str(i->j, "session") == NULL || json_get(i->j, "ms") == NULL ? "" :
	    clock_took(json_int(i->j, "ms", 0), took, sizeof(took)));
	put_cost(t, i->j);
	text_puts(t, "<td><code>");
	markup_line(t, merged, strnlen(merged, 12));
	text_puts(t, "</code></td></tr>\n");
}

static void
put_page(struct orch *o, struct text *t, const struct json *j)
{
	char *sentence = report_sentence(j);
	struct report_sessions sessions;
	struct report_items items;

	report_items(j, &items);
	report_sessions(o, j, &sessions);
	put_begin(t, o, j, sentence);
	put_figures(t, j);
	text_puts(t, "<h2>Items</h2>\n<div class=\"wide\"><table><thead><tr><th>task</th><th>result</th><th class=\"n\">time</th>"
	    "<th class=\"n\">cost</th><th>commit</th></tr></thead><tbody>\n");
	for (size_t i = 0; i < items.n; i++)
		put_row(t, &items.v[i], i + 1);
	text_puts(t, "</tbody></table></div>\n<h2>Timeline</h2>\n<div class=\"wide\">");
	report_svg(t, &sessions, clock_wall());
	text_puts(t, "</div>\n<h2>What was judged, and why something failed</h2>\n");
	for (size_t i = 0; i < items.n; i++)
		report_html_item(o, t, &items.v[i], i + 1, &sessions);
	text_puts(t, "</main>\n<footer class=\"quiet\"><p>orchestrator " VERSION "</p></footer>\n</body></html>\n");
	report_sessions_release(&sessions);
	report_items_free(&items);
	free(sentence);
}

int
report_html(struct orch *o, const struct json *j, const char *path)
{
	struct text t = { 0 };
	int rv;

	put_page(o, &t, j);
	rv = report_write(path, &t);
	text_free(&t);
	return rv;
}

int
report_html_timeline(struct orch *o, const struct json *j, const char *path)
{
	struct report_sessions sessions;
	struct text t = { 0 };
	int rv;

	report_sessions(o, j, &sessions);
	report_svg(&t, &sessions, clock_wall());
	report_sessions_release(&sessions);
	rv = report_write(path, &t);
	text_free(&t);
	return rv;
}
