#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The first commands in a repository: init writes what fits it, doctor says whether a dispatch would work.
. "$(dirname "$0")/lib.sh"

flat() { tr -s ' \n' ' ' | sed 's/ $//'; }
f=.orchestrator/config.json
repo() {	# NAME FILE...: a repository with these files
	new_repo "$T/$1" && cd "$T/$1" || exit 1
	shift
	for file; do printf '%b' "${file#*=}" >"${file%%=*}"; done
	git add . && git commit -q --allow-empty -m Files
}
fits() {	# SENTENCE EXPECTED
	run orchestrator init
	is "$1" "$(echo "$out" | sed -n 's/^\(setup\|gates\): /\1: /p' | flat)" "$2"
	git add . && git commit -qm Settings
	run orchestrator config
	is "the settings of init are valid: $1" "$status $err" "0 "
}

repo npm 'package.json={ "scripts": { "test": "jest", "lint": "eslint ." } }' package-lock.json={}
fits 'init takes the setup and the scripts of a package.json' 'setup: npm ci gates: npm test, npm run lint'
repo untested 'package.json={ "scripts": { "test": "echo \\"Error: no test specified\\" && exit 1" } }'
fits 'init leaves out the test that npm init writes' 'setup: npm install'
repo rust Cargo.toml=
fits 'init takes the tests of cargo' 'gates: cargo test'
repo go go.mod= pyproject.toml=
fits 'init takes the tests of each language' 'gates: go vet ./..., go test ./..., python3 -m pytest'
repo cmake CMakeLists.txt=
fits 'init takes the tests of CMake' \
    'gates: cmake -S . -B build && cmake --build build && ctest --test-dir build --output-on-failure'
repo make 'Makefile=test = 1\ncheck: all\n\ttrue\nlint :\n\ttrue\ntest:\n\ttrue\n' Cargo.toml=
fits 'init prefers the targets of a makefile' 'gates: make check, make lint'
is 'the gates of init are entries, not comments' "$(grep -c '^.*"gates": \[ "make check", "make lint" \],$' $f)$(grep -c '// "gates"' $f)" 10

#: Any entry may be uncommented alone, and all at once.
repo plain
orchestrator init >/dev/null
cp $f "$T/keep"
for l in $(grep -nE '^[[:space:]]*// "' $f | cut -d: -f1) '1,$'; do
	sed "${l}s,^\\([[:space:]]*\\)// \",\\1\"," "$T/keep" >$f
	git add -A; git commit -qm "Line $l"
	run orchestrator config
	is "the settings of init are valid with the entry of line $l" "$status $err" '0 '
done
ok 'init has more than ten entries to uncomment' test "$(grep -cE '^[[:space:]]*// "' "$T/keep")" -ge 10

#: doctor
git rm -qr .orchestrator && git commit -qm 'No settings'
run env PATH="$O/bin:/usr/bin:/bin" orchestrator doctor
if env PATH="$O/bin:/usr/bin:/bin" sh -c 'command -v claude' >/dev/null; then
	skip 'doctor fails where a plain dispatch would' 'a client is installed'
else
	like 'doctor fails where a plain dispatch would, and says why in that line' "$status $out" \
	    '^bad +settings +a plain dispatch would fail: no agent: install an agent client'
	is 'doctor exits with 1 where a plain dispatch would fail' "$status" 1
fi
: >"$HOME/claude" && chmod +x "$HOME/claude"
run env -u IS_SANDBOX PATH="$HOME:$PATH" orchestrator doctor
like 'doctor finds the client, also for root' "$out" '^ok +agent +claude is on PATH$'
like 'doctor says who does what' "$out" '^ok +settings +target main, implementer claude, the council approves$'

cd "$T" || exit 1
like 'doctor outside of a repository says that there is no agent' "$(PATH="$O/bin:/usr/bin:/bin" orchestrator doctor)" '^note +agent +no agent client on PATH|^ok +agent '
cp "$XDG_CONFIG_HOME/orchestrator/config.json" "$T/user" &&
    sed 's/^{/{ "agents": { "sh": { "command": "true" } }, "roles": { "implementer": "sh", "reviewer": "sh" },/' "$T/user" \
    >"$XDG_CONFIG_HOME/orchestrator/config.json"
is 'doctor outside of a repository does not miss an agent that a role names' "$(PATH="$O/bin:/usr/bin:/bin" orchestrator doctor | grep -c '^note  *agent')" 0
repo named
is 'doctor does not miss an agent that a role names' "$(PATH="$O/bin:/usr/bin:/bin" orchestrator doctor | grep -c '^note  *agent')" 0
cp "$T/user" "$XDG_CONFIG_HOME/orchestrator/config.json"

#: config
run orchestrator config
like 'config says what an unset setting amounts to' "$out" '^default +target: unset \(the branch that is checked out\)$'
like 'config prints the members of a setting one a line' "$out" '^default +worktree.directory: unset \(\.worktrees\)$'
echo '{ "limits": { "time": 60 } }' >"$T/one" && mkdir -p .orchestrator && cp "$T/one" .orchestrator/config.json && git add . && git commit -qm Limits
is 'config says of each member where it comes from' "$(orchestrator config | grep -cE '^(repository +limits.time: 60|default +limits.stall: 600)$')" 2

#: status in a terminal.
repo shown
orchestrator dispatch --wait --review none a-rather-long-name-of-an-item -- sh -c 'echo 1 >a' >/dev/null 2>>"$T/.log"
orchestrator dispatch --wait --review none blocked -- sh -c 'worker blocked "ein Grund, der ✅ recht lang ist, so that the line must be broken"' >/dev/null 2>>"$T/.log"
columns() { LC_ALL=C.UTF-8 wc -L; }
for locale in C C.UTF-8; do
	for c in 60 80 100 200; do
		ok "no line of status is wider than $c columns in the locale $locale" \
		    test "$(LC_ALL=$locale COLUMNS=$c orchestrator status --all | columns)" -le "$c"
		is "status has the whole reason and its command at $c columns in the locale $locale" \
		    "$(LC_ALL=$locale COLUMNS=$c orchestrator status | flat | grep -c 'line must be broken orchestrator answer blocked')" 1
	done
done
ok 'status is at most 78 columns wide where no width is known' test "$(env -u COLUMNS orchestrator status | columns)" -le 78
is 'status has no colours in a pipe' "$(orchestrator status | grep -c "$(printf '\033')")" 0
like 'status --color=always has colours in a pipe' "$(orchestrator status --color=always)" "$(printf '\033')\\[31m!"
if command -v script >/dev/null; then
	terminal() { env -u COLUMNS TERM=xterm "$@" script -qec 'stty cols 72; orchestrator status --all' /dev/null | tr -d '\r'; }
	plain() { [ "$(terminal "$@" | columns)" -le 72 ] && ! terminal "$@" | grep -q "$(printf '\033')"; }
	ok 'status has colours on a terminal' not plain
	ok 'status has no colours on a terminal with NO_COLOR, and no line wider than it' plain NO_COLOR=1
	ok 'status has no colours on a dumb terminal' plain TERM=dumb
else
	skip 'status on a terminal' 'no script(1)'
fi
is 'status --status shows those alone' "$(orchestrator status --status approved | grep -c 'a-rather') $(orchestrator status --status approved | grep -c blocked)" '1 0'
is 'status --json --status shows those alone' "$(orchestrator --json status --status ready | jq -r '[.sessions[].status] | join(" ")')" approved
like 'status --status lists sessions that are over' "$(orchestrator status --status failed)" '^  !  blocked '
orchestrator tasks create shown-list --task 'x: X' >/dev/null
like 'status --list without a session of the list says so' "$(orchestrator status --list shown-list)" '^no such sessions$'

# What people type.
for word in ps ls rm kill run start; do
	run orchestrator $word x
	like "the error of the unknown command $word names what does the same" "$status $err" "^64 orchestrator: no command $word: orchestrator "
done
is 'version prints the version' "$(orchestrator version)" "$(orchestrator --version)"
for o in '' tasks; do
	# shellcheck disable=SC2086 # words
	run orchestrator $o
	like "orchestrator $o without a command prints the help" "$status $out" '^64 usage: orchestrator'
done
run orchestrator logs blocked a-rather-long-name-of-an-item
is 'logs prints those of several sessions below their names' "$status $(echo "$out" | grep -c '^==> session-\(blocked\|a-rather\).* <==$')" '0 2'

#: A text as the item.
run orchestrator dispatch --wait --review none 'Fix the login page' -- sh -c 'echo 1 >f'
is 'a text makes the id and the title of an item' "$status $(field item.json '.id + "|" + .title' fix-the-login-page)" '0 fix-the-login-page|Fix the login page'
run orchestrator dispatch --wait --review none 'logout: Fix the other page' -- sh -c 'echo 1 >g'
is 'a text may name the id before a colon' "$status $(field item.json '.id + "|" + .title' logout)" '0 logout|Fix the other page'
run orchestrator dispatch --review none "$(printf 'two\nlines of text')" -- true
is 'a text of two lines is refused' "$status" 65
done_testing
