# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2034,SC2154 # for the attempts
#
# What every attempt begins with: it defines attempt(), which tries in a world of its own ($W, its
# repository $W/r) and succeeds if it reached what it wanted, and ends with
#
#	trial VARIABLE=VALUE...
#
# which tries it, and then once more with these variables: the control, which has to reach.
# mode=off: nothing confines; mode=landlock: Landlock does; HOLE=NAME: in the programs with holes
# (`holes'); any other is the attempt's own.  Exit status 0: held; 3: reached; 77: can't be tried
# here; 99: the control did not reach; any other: it did not begin.  SHOW=1 prints the logs, CONTROL=no
# leaves the control out.
#
#	role NAME		the script (standard input) of implementer, reviewer, tech-lead, setup or gate
#	settings [JSON]		the repository, with these settings merged into those of the roles
#	begin [JSON]		an implementer (standard input), and settings
#	dispatch, merge ...	as orchestrator's; `merged FILE PATTERN': main has it
#	state ITEM [FILTER], log ITEM
BUILD=${BUILD:-$(cd "$(dirname "$0")/../../.." && pwd)/build}
. "$(dirname "$0")/../../e2e/lib.sh"
echo '{}' >"$XDG_CONFIG_HOME/orchestrator/config.json"
holes=${HOLES:-$O}
export HOLE=''
mode=auto
with() { (export "$@"; eval "$@"; world control; attempt); }
cannot() { echo "$*"; exit 77; }
needs() { for _n; do command -v "$_n" >/dev/null || cannot "needs $_n"; done; }

world() {
	W=$HOME/$1 R=$HOME/$1/r ORCHESTRATOR_HOME=$HOME/$1/state; export W R ORCHESTRATOR_HOME
	mkdir -p "$W/marks" "$W/out" && cd "$W" || exit 99
	echo 'worker verdict approved' | role reviewer; echo 'exit 0' | role setup; echo 'exit 0' | role gate
	[ -z "$HOLE" ] || PATH=$holes/bin:$holes/libexec:$PATH
	if [ "$mode" = landlock ]; then
		mkdir bin && for _d in /usr/local/bin /usr/bin /bin; do ln -s "$_d"/* bin 2>/dev/null; done
		rm -f bin/bwrap; PATH=$O/bin:$O/libexec:$W/bin
	fi
}
role() { cat >"$W/marks/$1"; }
repository() { [ -d "$R" ] || new_repo "$R" 2; cd "$R" || exit 99; }
settings() {
	repository && mkdir -p .orchestrator && jq -n --arg m "$W/marks" --arg out "$W/out" --arg mode "$mode" "$(cat <<-'J'
	def sh(role): { command: ["sh", "\($m)/\(role)"], resume: ["sh", "\($m)/\(role)"] };
	{ confine: { mode: (if $mode == "landlock" then "auto" else $mode end), writable: [$out], environment: ["W", "R"] },
	  stop_grace: 1, rounds: 0, gate_tries: 0, protected: [], agents: { i: sh("implementer"), r: sh("reviewer"), t: sh("tech-lead") },
	  roles: { implementer: "i", reviewer: "r" }, setup: ["sh \($m)/setup"], gates: ["sh \($m)/gate"] }
	J
	) * ${1:-{\}}" >.orchestrator/config.json && git add .orchestrator && git commit -qm Settings
}
begin() { { echo 'case $STEP in present | respond) exit 0 ;; esac'; echo "meeting() { $meeting; }"; cat; } | role implementer; settings "${1:-}"; }
# An implementer that waits (meeting; ...) while what stands here is done: meanwhile ITEM COMMAND...
meeting='read -r _ <"$W/out/go"'
meanwhile() {
	mkfifo "$W/out/go"; _item=$1; shift
	dispatch "$_item" & _pid=$!
	exec 8>"$W/out/go"; "$@" >>"$W/log" 2>&1; echo >&8; wait "$_pid"; exec 8>&-
}
dispatch() { (ulimit -c 0; orchestrator dispatch --wait "$@") >>"$W/log" 2>&1; }
merge() { timeout 60 orchestrator merge "$@" >>"$W/log" 2>&1; }
merged() { git -C "$R" show "main:$1" 2>/dev/null | grep -q -e "${2:-}"; }
state() { field state.json "${2:-.status}" "$1"; }
log() { cat "$(session_of "$1")/output.log"; }

show() { [ -z "${SHOW:-}" ] || find "$HOME/$1" \( -path "$HOME/$1/log" -o -name output.log -o -name merge.log \) -exec cat {} +; }
trial() {
	(world w; attempt) >"$T/said" 2>&1; reached=$?
	show w; [ -z "${SHOW:-}" ] || cat "$T/said"
	[ $reached != 77 ] || cannot "$(tail -n 1 "$T/said")"
	if [ $reached = 0 ]; then echo "reached${_why:+: $_why}"; exit 3; fi
	[ "${CONTROL:-}" != no ] || exit 0
	with "$@" >"$T/said" 2>&1 || { show control; cat "$T/said"; echo 'the control does not reach'; exit 99; }
	exit 0
}
