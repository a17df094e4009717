#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The pictures in doc/pictures show the same words as a fresh run.  With PICTURES=DIR the pictures are written to DIR
# (make pictures).
# shellcheck disable=SC2016 # the scripts are the agents'
. "$(dirname "$0")/lib.sh"
command -v tmux >/dev/null || skip_all 'no tmux'
export TMUX_TMPDIR="$T" LC_ALL=C.UTF-8
unset TMUX COLUMNS LINES NO_COLOR
tm() { TERM=xterm tmux -L pictures -f /dev/null "$@"; }

mkdir "$T/shop" && cd "$T/shop" || exit 1
cat >"$T/agent" <<'E2'
cat >/dev/null
case $ITEM_ID in
ask-tax) worker ask -o EUR -o USD 'Which currency shall prices have?' >tax ;;
fix-readme) echo 'A shop, described' >README.md ;;
header) echo 'A shop with a header' >README.md ;;
slow-report) worker progress 12/20 'tests of the report'; echo '-> Bash: npm test'; cat "$NEVER" ;;
old-import) echo 'cannot find module legacy' >&2; exit 1 ;;
*) echo "$ITEM_ID" >"$ITEM_ID" ;;
esac
E2
mkdir .orchestrator && echo 'A shop' >README.md && cat >.orchestrator/config.json <<J
{ "agents": { "a": { "command": [ "sh", "$T/agent" ] } }, "roles": { "implementer": "a" }, "review": "gates", "max_parallel": 9,
  "gates": [ "true" ], "env": { "NEVER": "$T/.never" }, "merge": { "on_conflict": "fail" } }
J
git init -q && git add . && git commit -qm Shop
for item in fix-readme header; do logged orchestrator dispatch --wait "$item: $item"; done
logged orchestrator merge header
logged orchestrator merge fix-readme
for item in old-import 'cart: A cart' 'search: Search by name' 'login: Sign in'; do logged orchestrator dispatch --wait "$item"; done
logged orchestrator dispatch 'ask-tax: Prices with tax'
logged orchestrator wait ask-tax
logged orchestrator dispatch 'slow-report: A report of all orders'
told() { orchestrator status | grep -q 'npm test'; }
wait_for 20 told

# Ages change from run to run.
still() { sed -E 's/ <1m/  3m/g; s/ [0-9]{1,2}[sm]\b/ 3m/g'; }
picture() {	# NAME TITLE SCREEN
	still <"$3" | python3 "$top/tests/svg.py" "$2" >"$T/$1.svg"
	ok "the picture $1 is drawn" test -s "$T/$1.svg"
	if [ "${PICTURES:-}" ]; then
		cp "$T/$1.svg" "$top/$PICTURES/$1.svg"
		return
	fi
	python3 "$top/tests/svg.py" --words "$T/$1.svg" >"$T/now"
	python3 "$top/tests/svg.py" --words "$top/doc/pictures/$1.svg" >"$T/kept"
	is "the picture $1 has the words of the screen; make pictures takes it again" "$(diff "$T/kept" "$T/now")" ''
}
COLUMNS=80 orchestrator status --color=always >"$T/screen"
picture status 'orchestrator status' "$T/screen"

tm new-session -d -s p -x 80 -y 16 -c "$PWD" 'TERM=xterm-256color orchestrator watch'
drawn() { tm capture-pane -p -t p | grep -q 'npm test'; }
wait_for 20 drawn
tm capture-pane -e -p -t p >"$T/screen"
picture watch 'orchestrator watch' "$T/screen"
tm kill-server

# A browser takes the pictures of the page and the report; their words are not compared.
if [ "${PICTURES:-}" ] && command -v chromium >/dev/null; then
	orchestrator serve --port 0 >"$T/url" 2>&1 &
	server=$!
	wait_for 10 grep -q http "$T/url"
	shoot() { timeout 60 chromium --headless --no-sandbox --disable-gpu --hide-scrollbars --virtual-time-budget=4000 \
	    --user-data-dir="$T/chromium" --window-size="$1" --screenshot="$top/$PICTURES/$2.png" "$3" >>"$T/.log" 2>&1; }
	ok 'the page is taken' shoot 1000,560 page "$(grep -o 'http[^ ]*' "$T/url" | head -n 1)"
	kill $server
	for item in ask-tax slow-report; do logged orchestrator cancel $item; done
	logged orchestrator tasks create spring --task 'schema: Migrate the schema' --task 'api: Prices in the interface' \
	    --task 'page: Prices on the page' --task 'docs: Describe prices'
	logged orchestrator tasks depend api schema
	logged orchestrator tasks depend page api
	sed -i 's|^\*)|*) timeout 1 cat "$T/.never";|' "$T/agent"
	logged timeout 60 orchestrator execute spring
	logged orchestrator report --list spring --html "$T/report.html"
	ok 'the report is taken' shoot 1000,560 report "file://$T/report.html"
fi
ok 'the pictures are small' test "$(cat "$T"/*.svg | wc -c)" -lt 60000
done_testing
