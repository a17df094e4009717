#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# report --html and report --svg: a page and a picture for a browser, whatever agents and people wrote.
# shellcheck disable=SC2016 # the scripts are the agents'
. "$(dirname "$0")/lib.sh"

cat >"$T/agent" <<'E2'
cat >/dev/null
case $ITEM_ID in
failing) printf 'before\n\033[31m<script>alert("agent")</script>]]>\377\n'; exit 3 ;;
ask) worker ask 'Which <b>colour</b>?' >/dev/null ;;
hostile)
	printf '<script>alert("diff")</script> ]]> <!-- & \033]0;title\007 \377\376 \357\277\277 \342\200\256\n' >hostile
	head -c 200000 /dev/zero | tr '\0' y >>hostile; echo >>hostile
	seq 1 5000 >>hostile
	worker summary 'Summary of <script>alert("summary")</script> & more' ;;
esac
echo "$ITEM_ID" >>"$ITEM_ID"
E2
cat >"$T/reviewer" <<'E2'
cat >/dev/null
[ ! -e bad ] || { worker verdict rejected 'Bad <script>alert("findings")</script> ]]>'; exit; }
worker verdict approved 'Good & <i>fine</i>'
E2
new_repo "$T/r" && cd "$T/r" && mkdir .orchestrator || exit 1
echo "{ \"agents\": { \"sh\": { \"command\": \"sh $T/agent\" }, \"judge\": { \"command\": \"sh $T/reviewer\" } }, \"gates\": [ \"true\" ],
    \"roles\": { \"implementer\": \"sh\", \"reviewer\": \"judge\" }, \"stop_grace\": 1, \"rounds\": 0, \"attempts\": 1 }" >.orchestrator/config.json
git add . && git commit -qm Settings

# Prints the faults of the page: unclosed tags, and anything that may load or run something.
cat >"$T/page.py" <<'E2'
import html.parser, re, sys
class Page(html.parser.HTMLParser):
    open = []
    def handle_starttag(self, tag, attributes):
        for name, value in attributes:
            if name.startswith("on") or name in ("src", "srcset", "data", "action", "background", "poster") or \
                    (name in ("href", "xlink:href") and not value.startswith("#")):
                print(f"<{tag} {name}={value}>")
        if tag in ("script", "link", "iframe", "object", "embed", "base", "form"):
            print(f"<{tag}>")
        if tag not in ("meta", "br"):
            self.open.append(tag)
    def handle_startendtag(self, tag, attributes):
        pass
    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            print(f"</{tag}> closes nothing")
    def handle_data(self, data):
        if self.open and self.open[-1] == "style" and re.search(r"@import|url\((?!#)", data):
            print(data)
page = Page()
page.feed(sys.stdin.buffer.read().decode("utf-8"))
page.close()
if page.open:
    print("open:", page.open)
E2

#: A run with all results.
run orchestrator report --html -
is 'report --html without a report fails' "$status $out" '66 '
logged orchestrator tasks create work --task 'good: Good' --task 'hostile: A <script>alert("title")</script> & more' \
    --task 'failing: Failing' --task 'bad: Bad' --task 'after: After bad' --task 'ask: Ask'
logged orchestrator tasks depend after bad
{ wait_for 30 orchestrator answer ask blue; } >/dev/null 2>&1 &
logged timeout 100 orchestrator execute work
ok 'report --html writes a page' orchestrator report --html "$T/page.html"
ok 'report --svg writes a picture' orchestrator report --svg "$T/line.svg"
is 'the page has every tag closed, and runs and loads nothing' "$(python3 "$T/page.py" <"$T/page.html" 2>&1)" ''
is 'the page forbids its reader to load or run anything' "$(grep -c \
    "^<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\$" "$T/page.html")" 1
is 'the page and the picture are text without U+FFFF' \
    "$(LC_ALL=C grep -cP '[\x00-\x08\x0b-\x1f\x7f]|\xef\xbf\xbf|\xe2\x80\xae' "$T/page.html" "$T/line.svg" | paste -sd' ' -)" "$T/page.html:0 $T/line.svg:0"
is 'the page has colours for dark and light' "$(grep -c 'prefers-color-scheme:dark' "$T/page.html")" 2
is 'the picture is well-formed XML of its own' "$(python3 -c 'import sys, xml.dom.minidom
print(xml.dom.minidom.parse(sys.argv[1]).documentElement.tagName)' "$T/line.svg" 2>&1)" svg
page=$(cat "$T/page.html")
like 'the page begins with the sentence' "$page" '<p class="sentence">3 of 6 merged in [0-9.]+ s, 2 failed, 1 waits; [0-9.]+ s one after another</p>'
like 'the page has a row for each item, with its commit' "$page" "<td><a href=\"#i[0-9]\">good</a></td><td class=\"good\">merged</td>.*<code>$(
    git log --merges --format=%H --grep good -n 1 main | cut -c1-12)</code>"
like 'the page says what an item waits for' "$page" '>after</a></td><td class="quiet">waiting for bad</td>'
like 'the page has the reason of a failure' "$page" 'agent-error: implementer: exit status 3'
like 'the page has the last line of an agent that failed' "$page" '\\033\[31m&lt;script&gt;alert\(&quot;agent&quot;\)&lt;/script&gt;\]\]&gt;'
like 'the page has the next command after a failure' "$page" '<code>orchestrator logs failing</code> shows what happened'
like 'the page has the findings of the council' "$page" 'Bad &lt;script&gt;alert\(&quot;findings&quot;\)&lt;/script&gt; \]\]&gt;'
like 'the page says who approved' "$page" 'approved by reviewer \(judge\), commit'
like 'the page has the title of an item' "$page" 'A &lt;script&gt;alert\(&quot;title&quot;\)&lt;/script&gt; &amp; more'
like 'the page has the diff of an item' "$page" '<span class="add">\+&lt;script&gt;alert\(&quot;diff&quot;\)&lt;/script&gt; \]\]&gt; &lt;!-- &amp;'
like 'a long diff is cut, and the page names the command that shows all of it' "$page" 'cut after [0-9]+ lines; all of it: <code>orchestrator diff session-hostile-[a-z0-9]*</code>|cut after [0-9]+ lines; all of it: <code>orchestrator diff hostile</code>'
is 'no line of a diff is longer than 1000 bytes' "$(sed -n '/<pre class="diff">/,/<\/pre>/p' "$T/page.html" | LC_ALL=C grep -cE '^.{1001,}')" 0
svg=$(cat "$T/line.svg")
is 'the picture has a row for each session' "$(grep -c '^<g>' "$T/line.svg")" 5
for look in run review gate bad wait ready; do
	like "the legend of the picture has $look" "$svg" "fill=\"url\\(#p-$look\\)\"/><text"
done
like 'the picture marks the run of an agent' "$svg" '<g><title>good: merged, .*<rect class="run" [^>]*><title>implementer, '
like 'the picture marks a review' "$svg" '<rect class="review" [^>]*><title>reviewer, '
like 'the picture marks a gate' "$svg" '<rect class="gate" [^>]*><title>gate true, '
like 'the picture marks a failure with its reason' "$svg" '<rect class="bad" [^>]*><title>implementer: [^<]*exit status 3, '
like 'the picture marks the wait for an answer' "$svg" '<g><title>ask: .*<rect class="wait" [^>]*><title>waits for an answer, '
like 'the picture marks the wait for the merge' "$svg" '<rect class="ready" [^>]*><title>approved, waits for the merge, '
ok 'the page has the same picture' sh -c 'sed -n "/<svg /,/<\/svg>/p" "$1" | sed "s/.*<svg /<svg /; s/<\/svg>.*/<\/svg>/" | diff - "$2"' - "$T/page.html" "$T/line.svg"

run orchestrator report --html
like 'report --html without a file prints the page' "$status $out" '^0 <!DOCTYPE html>$'
run orchestrator report --html --day
like 'an option after --html is not taken for the file' "$status $out" '^0 <!DOCTYPE html>$'
like 'the page of a day begins with the ended sessions' "$out" '<p class="sentence">3 merged, 1 rejected, 1 failed; [0-9.]+ s one after another</p>'
is 'the page of a day has every tag closed' "$(printf '%s\n' "$out" | python3 "$T/page.py")" ''
run orchestrator report --svg --list work
like 'report --svg takes a list' "$status $out" '^0 <svg '
run orchestrator report --html today
like 'a word that may be an instance is not taken for a file' "$status $err" '^64 .*today: a file after --html or --svg needs a dot or a slash'
ok 'a word that may be an instance makes no file' test ! -e today
run orchestrator report --html --svg
is '--html and --svg exclude each other' "$status" 64
run orchestrator report --html --manifest
is '--html and --manifest exclude each other' "$status" 64
ln -s page.html "$T/link.html"
run orchestrator report --html "$T/link.html"
is 'a page does not replace a link' "$status $(test -L "$T/link.html" && echo link)" '73 link'
done_testing
