#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The page of orchestrator serve, in a headless Chromium: dark and light, narrow and wide, by keys alone, with the roles
# that screen readers tell, and with texts that would be HTML.
# shellcheck disable=SC2016 # $ is of scripts
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/serve.sh"
. "$(dirname "$0")/browser.sh"
world_of_sessions || { tap 1 'the sessions of the test are there'; done_testing; }
serve || { tap 1 'the server of the test runs'; done_testing; }
browser >"$T/browser.log" 2>&1 || { diag <"$T/browser.log"; skip_all 'chromium does not run here'; }
opened() { goto "$url/#$token"; becomes 'document.querySelectorAll("#list li").length > 3' && js 'window.mark = 1' >/dev/null; }
opened || { tap 1 'the page of the test is open'; done_testing; }
names='[...document.querySelectorAll("#list button")].map(b => b.textContent).join(" ")'
text='document.querySelector("#text").textContent'
# Opens a session, and one of its texts.
choose() { js "[...document.querySelectorAll('#list button')].find(b => b.textContent === '$1').click()" >/dev/null; becomes "document.querySelector('#title').textContent === '$1'"; }
choose_tab() { js "document.querySelector('#tabs [data-tab=$1]').click()" >/dev/null; }

#: Sessions.
is 'the page lists the sessions as watch does, the most urgent first' "$(js "return $names")" \
    "$(orchestrator watch --once | sed -n 's/^ [?!>=-] \([a-z]*\) .*/\1/p' | paste -sd' ')"
is 'the page counts the sessions by urgency' "$(js 'return document.querySelector("#counts").textContent')" '2 need you, 1 running, 1 ready to merge, 0 over'
is 'the title counts the sessions that need a person' "$(js 'return document.title')" '(2) r - orchestrator'
is 'the token leaves the address bar' "$(js 'return location.href')" "$url/"
is 'the page loads nothing from other servers' "$(js 'return performance.getEntriesByType("resource").filter(e => !e.name.startsWith(location.origin)).length')" 0
js 'const f = document.querySelector("#filter"); f.value = "npm"; f.oninput()' >/dev/null
is 'the filter hides sessions without its text' "$(js "return $names")" works
js 'const f = document.querySelector("#filter"); f.value = ""; f.oninput()' >/dev/null
choose blocked; choose_tab log
ok 'a log is shown' becomes "$text.includes('blocked: No key here')"

#: Texts that would be HTML.
choose asks; choose_tab questions
ok 'a question is text' becomes "$text.includes('<img src=x onerror=')"
is 'a question is text in its form, too' "$(js 'return document.querySelector("#acts legend").textContent')" "Which <img src=x onerror='document.title=1'> colour?"
choose works; choose_tab log
ok 'a log is text' becomes "$text.includes('<script>document.title=2</script>')"
is 'no control character of an agent is on the page' "$(js "return /[\\u0000-\\u0008\\u001b\\u202e]/.test(document.body.textContent)")" false
choose ready; choose_tab diff
ok 'a change is text' becomes "$text.includes('+<script>document.title=3</script>')"
is 'texts of agents become no elements' "$(js 'return document.querySelectorAll("img, script, iframe, svg, [onerror]").length')" 1
is 'scripts in texts of agents do not run' "$(js 'return document.title')" '(2) r - orchestrator'
is 'the page cannot turn a text into HTML' "$(js 'try { document.body.insertAdjacentHTML("beforeend", "<b>x</b>"); return "it did" } catch (e) { return e.name }')" TypeError
is 'no script can be written into the page' "$(js 'const s = document.createElement("b"); try { s.setAttribute("onclick", "document.title=4") } catch (e) {} s.click(); return document.title')" \
    '(2) r - orchestrator'
choose_tab council
ok 'the council is shown' becomes "$text.includes('verdict: approved by gates') && $text.includes('gate g, round 1: passed')"

#: What was read is what is acted on.
js 'const f = window.fetch; window.hold = []; window.fetch = (p, o) => window.hold && p === "/api/questions" ? new Promise(r => hold.push(() => f(p, o).then(r))) : f(p, o)' >/dev/null
choose asks; becomes 'window.hold.length > 0' >/dev/null
js 'window.late = window.hold; window.hold = null' >/dev/null
choose ready
ok 'a session that is opened while another one is read has its own form' becomes '!!document.querySelector("#acts [aria-label=merge]")'
js 'Promise.all(window.late.map(f => f())).then(() => setTimeout(() => { window.late = null }, 300))' >/dev/null
becomes 'window.late === null' >/dev/null
is 'a reply about the other session that comes late makes no form' "$(js 'return document.querySelectorAll("#acts form").length + document.querySelector("#acts button").textContent')" '1Merge ready'
choose_tab diff; becomes "$text.includes('+<script') && shown.head !== ''" >/dev/null
js 'shown.head = "0"; document.querySelector("#acts form").requestSubmit()' >/dev/null
ok 'work that is not what was read is not merged, and the page says so' becomes 'document.querySelector("#said").textContent.includes("has changed since it was read")'
is 'work that has changed stays unmerged' "$(st ready .status)" approved

#: Updates.
choose works; choose_tab log; becomes "$text.includes('npm test')" >/dev/null
echo 'echo one more line' >&8
ok 'a log grows on the page' becomes "$text.includes('one more line')"
is 'the page scrolls to the end of a log' "$(js 'const t = document.querySelector("#text"); return t.scrollTop + t.clientHeight > t.scrollHeight - 5')" true
echo 'for i in $(seq 500); do echo "change $i of many"; done' >&8
ok 'the last of many lines appears' becomes "$text.includes('change 500 of many')"
is 'many lines appear once, in order' "$(js "const all = $text.match(/change \d+ of many/g); return all.length + ' ' + all.every((l, i) => l === 'change ' + (i + 1) + ' of many')")" '500 true'
logged orchestrator dispatch --title New new
ok 'a new session appears by itself' becomes "$names.includes('new')"
ok 'a session that is approved becomes ready by itself' becomes '[...document.querySelectorAll("#list li.ready button")].some(b => b.textContent === "new")'
is 'the page was not loaded again' "$(js 'return window.mark')" 1
port=${url##*:} old=$token
kill "$server"; wait "$server"
ok 'the page says that the connection is lost' becomes 'document.querySelector("#said").textContent.includes("trying again")'
orchestrator serve --port "$port" >"$T/serve.url" 2>>"$T/serve.err" & server=$!
ok 'the page connects again by itself' becomes 'document.querySelector("#said").textContent === "connected again"'
token=$(sed 's,.*/#,,' "$T/serve.url")
choose new; becomes '!!document.querySelector("#acts form")' >/dev/null
js 'document.querySelector("#acts form").requestSubmit()' >/dev/null
ok 'the token of an earlier start is refused, and the page says so' becomes 'document.querySelector("#said").textContent.includes("needs the token")'
is 'each start has a new token' "$([ "$old" != "$token" ] && echo yes)" yes

#: Without a token.
js 'sessionStorage.clear()' >/dev/null; goto "$url/"; becomes 'document.querySelectorAll("#list li").length > 3' >/dev/null
choose asks
ok 'without a token a person can look' becomes "$text.includes('run 001')"
is 'without a token there are no forms, and the page says why' "$(js 'return document.querySelectorAll("#acts form").length + " " + document.querySelector("#asleep").innerText')" \
    '0 To answer, tell and merge, open the address that orchestrator serve printed.'

#: Roles and names, for screen readers.
opened; choose works; choose_tab log; becomes '!!document.querySelector("#acts form")' >/dev/null
for e in main:main: header:banner: '#list:list:sessions' '#list li:listitem:' '#list button:button:asks' '#said:status:' '#filter:searchbox:Only those with' \
    '#all:checkbox:also those that are over' '#one:region:works' '#close:button:Close' '#bar:progressbar:done' \
    '#text:region:Log of works' '#tabs:group:what is shown' '#acts form:form:message' '#acts input:textbox:Tell the agent' h1:heading:r; do
	want=${e#*:}
	is "${e%%:*} is a ${want%%:*}${want#*:}" "$(role "${e%%:*}"):$([ -z "${want#*:}" ] || label "${e%%:*}")" "$want"
done
is 'buttons say which of them is pressed' "$(js 'return [...document.querySelectorAll("#tabs button")].map(b => b.getAttribute("aria-pressed")).join(" ")')" \
    'true false false false'
is 'the page says its language' "$(js 'return document.documentElement.lang')" en

#: Dark and light.
contrast='const rgb = c => c.match(/[0-9.]+/g).slice(0, 3).map(Number).map(x => (x /= 255) <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4);
const light = c => { const [r, g, b] = rgb(c); return 0.2126 * r + 0.7152 * g + 0.0722 * b };
const paper = e => { for (; e; e = e.parentElement) { const c = getComputedStyle(e).backgroundColor; if (!/, 0\)$/.test(c)) return c } };
const bad = [];
for (const e of document.querySelectorAll("body *")) {
	if (!e.checkVisibility() || ![...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())) continue;
	const [a, b] = [light(getComputedStyle(e).color), light(paper(e))].sort((x, y) => y - x);
	if ((a + 0.05) / (b + 0.05) < 4.5) bad.push(e.outerHTML);
}
return bad.join("\n")'
for scheme in light dark; do
	scheme $scheme
	is "the page is $scheme when the user wants it" "$(js 'return getComputedStyle(document.body).backgroundColor')" \
	    "$([ $scheme = light ] && echo 'rgb(255, 255, 255)' || echo 'rgb(13, 17, 23)')"
	choose ready; choose_tab diff; becomes "$text.includes('+<script')" >/dev/null
	is "each text is easy to read when it is $scheme" "$(js "$contrast")" ''
done

#: Narrow and wide.
for width in 360 800 1600; do
	size $width 800
	choose asks; choose_tab log; becomes "$text.includes('run 001')" >/dev/null
	is "nothing is beyond the edge at $width pixels" \
	    "$(js 'return document.documentElement.scrollWidth <= document.documentElement.clientWidth')" true
	is "a line has its name and its note at $width pixels" "$(js 'const l = document.querySelector("#list li"); return [...l.children].filter(e => e.textContent).every(e => e.getBoundingClientRect().width > 20)')" true
done

#: By keys alone.
opened
ok 'Tab reaches a session' tab_to 'f.textContent === "asks"'
key Enter
ok 'Enter opens it' becomes 'document.querySelector("#title").textContent === "asks" && !!document.querySelector("#acts form")'
is 'the opened session has the focus' "$(js 'return document.activeElement.id')" one
ok 'Tab reaches the options' tab_to 'f.type === "radio"'
key Down
is 'an arrow chooses an option' "$(js 'return document.activeElement.value + document.activeElement.checked')" bluetrue
ok 'Tab reaches the button' tab_to 'f.textContent === "Answer asks"'
is 'the element with the focus is marked' "$(js 'return getComputedStyle(document.activeElement).outlineStyle')" solid
key Enter
ok 'Enter answers' wait_for 20 is_st asks approved
is 'the agent has the answer' "$(git show session/asks/1:colour)" blue
ok 'the page shows the output of the command' becomes '/answer/.test(document.querySelector("#said").textContent)'
ok 'the form goes when the question is answered' becomes '!document.querySelector("#acts legend")'
key Escape
is 'Escape goes back to the session in the list' "$(js 'return document.activeElement.textContent')" asks
ok 'Tab reaches an agent at work' tab_to 'f.textContent === "works"'
key Enter; becomes '!!document.querySelector("#acts input[type=text]")' >/dev/null
ok 'Tab reaches the message' tab_to 'f.name === "text"'
types quick; key Enter
ok 'Enter tells the agent' wait_for 8 grep -q '"quick"' "$(session_of works)/messages.json"
ok 'the field is empty for the next message' becomes 'document.querySelector("#acts input").value === ""'
key Escape
ok 'Tab reaches an approved session' tab_to 'f.textContent === "ready"'
key Enter; becomes '!!document.querySelector("#acts form")' >/dev/null
ok 'Tab reaches Merge' tab_to 'f.textContent === "Merge ready"'
key Enter
ok 'Enter merges' wait_for 20 is_st ready merged
ok 'a session that was merged leaves the list' becomes "!$names.includes('ready')"
done_testing
