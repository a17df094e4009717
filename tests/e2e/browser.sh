# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# For tests of pages, after lib.sh: a headless Chromium, driven through chromedriver's WebDriver by curl and jq.  Where
# chromedriver is not installed (Debian: chromium-driver), the file is skipped.
command -v chromedriver >/dev/null || skip_all 'chromedriver is not installed (Debian: chromium chromium-driver)'
command -v curl >/dev/null || { tap 1 'curl is installed: make deps'; done_testing; }

# chromium keeps its profile below $HOME, and leaves its sandbox to a kernel that may refuse it, for root in any case.
browser() {
	chromedriver --port=0 >"$T/driver.log" 2>&1 &
	wait_for 10 grep -q 'on port [1-9]' "$T/driver.log" || return 1
	driver=http://127.0.0.1:$(sed -n 's/.* on port \([1-9][0-9]*\).*/\1/p' "$T/driver.log")
	mkdir -p "$T/profile"
	driver=$driver/session/$(jq -n --arg dir "$T/profile" '{ capabilities: { alwaysMatch: { browserName: "chrome", "goog:chromeOptions": { args:
	    ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--user-data-dir=\($dir)"] } } } }' |
	    curl -s --max-time 60 -d @- "$driver/session" | tee "$T/session" | jq -r .value.sessionId)
	[ "${driver##*/}" != null ] || { cat "$T/session" "$T/driver.log"; return 1; }
}
# Sends a command with its parameters, and prints the result.
wd() { curl -s --max-time 60 -d "$2" "$driver/$1" | jq -r '.value | if type == "object" and .error then "\(.error): \(.message)" else . end'; }
look() { curl -s --max-time 60 "$driver/$1" | jq -r .value; }
goto() { wd url "$(jq -n --arg u "$1" '{ url: $u }')" >/dev/null; }
js() { jq -n --arg s "$1" '{ script: $s, args: [] }' | curl -s --max-time 60 -d @- "$driver/execute/sync" | jq -r .value; }
is_js() { [ "$(js "return $1")" = "${2:-true}" ]; }
# Waits until an expression is true.
becomes() { wait_for 10 is_js "$1" || { js "return document.body.innerText"; return 1; }; }
element() { wd element "$(jq -n --arg s "$1" '{ using: "css selector", value: $s }')" | jq -r '.[]'; }
role() { look "element/$(element "$1")/computedrole"; }
label() { look "element/$(element "$1")/computedlabel"; }
size() { wd window/rect "{ \"width\": $1, \"height\": $2 }" >/dev/null; }
scheme() { wd goog/cdp/execute "{ \"cmd\": \"Emulation.setEmulatedMedia\", \"params\": { \"features\": [ { \"name\": \"prefers-color-scheme\", \"value\": \"$1\" } ] } }" >/dev/null; }
# Presses a key on the element with the focus.
key() {
	for k; do
		case $k in Tab) k=$(printf '\356\200\204') ;; Enter) k=$(printf '\356\200\207') ;; Escape) k=$(printf '\356\200\214') ;;
		Down) k=$(printf '\356\200\225') ;; esac
		wd actions "$(jq -n --arg k "$k" '{ actions: [ { type: "key", id: "keyboard", actions: [ { type: "keyDown", value: $k }, { type: "keyUp", value: $k } ] } ] }')" >/dev/null
	done
}
types() { for _c in $(printf %s "$1" | sed 's/./& /g'); do key "$_c"; done; }
# Presses Tab until the expression is true for the element f with the focus; at most 60 times.
tab_to() {
	_tabs=0
	until is_js "(f => $1)(document.activeElement)"; do
		[ $_tabs -lt 60 ] || { js 'return document.activeElement.outerHTML'; return 1; }
		_tabs=$((_tabs + 1)); key Tab
	done
}
