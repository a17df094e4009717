# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2034,SC2086,SC2154,SC3045 # of the driver, and for it; lists of words
#
# What the hostile cases share, after ../e2e/lib.sh and ../fault/lib.sh.
#
# A case is a file tests/hostile/NAME.sh, which defines
#
#	case_world	makes the state on disk that each try begins with, once, below $W
#	case_list	prints what there is to try, one a line
#	case_one	tries one, its words as arguments, and prints what is wrong
#
# Tried is done with `meet COMMAND...', which holds the programs to what they promise
# whatever they read: an end in time and in little memory, by no signal, errors of one
# line, nothing raw on the terminal, nothing of what lies outside shown, run or changed.

san=$(nm -D "$O/libexec/worker" 2>/dev/null | grep -q __asan && echo yes)
: "${MEMORY:=$([ "$san" ] && echo unlimited || echo 131072)}" "${PATIENCE:=60}"

case_run() {
	case_world >"$T/world.log" 2>&1 || { tail -n 5 "$T/world.log"; return; }
	world_keep
	case_list | grep -E -e "${ONLY:-.}" >"$T/list"
	_all=$(wc -l <"$T/list")
	if [ "$SAMPLE" = 0 ] || [ "$SAMPLE" -ge "$_all" ]; then cp "$T/list" "$T/drawn"; else
		: >"$T/drawn"
		while [ "$(wc -l <"$T/drawn")" -lt "$SAMPLE" ]; do next "$_all"; sed -n "${pick}p" "$T/list" >>"$T/drawn"; done
	fi
	: >"$T/commands"
	while read -r _line <&7; do
		wait_for 20 idle; [ "$(id -u)" = 0 ] || chmod -Rf u+rwX "$W"
		world_back; cd "$W/r" || exit 1
		: >"$T/said"; : >"$T/wrong"
		outside >"$T/outside"
		case_one $_line >>"$T/wrong" 2>&1
		[ ! -s "$T/wrong" ] || { printf '%s: ' "$_line"; tr '\n' ' ' <"$T/wrong" | cut -c 1-400
			[ -z "${KEEP_LOST:-}" ] || { mkdir -p "$KEEP_LOST" && cp -a "$T/said" "$T/again.log" "$KEEP_LOST"; return; }; }
	done 7<"$T/drawn"
	tried "$(wc -l <"$T/drawn") of $_all, met by $(wc -l <"$T/commands") commands"
}

# meet COMMAND...: what it says is added to $T/said, and its exit status is $rc.
meet() {
	echo >>"$T/commands"
	rc=0; (ulimit -v "$MEMORY"; exec timeout -k 5 "$PATIENCE" "$@") </dev/null >"$T/met.out" 2>"$T/met.err" || rc=$?
	printf '## %s: %s\n' "$*" "$rc" | cat - "$T/met.out" "$T/met.err" >>"$T/said"
	_m="$1 $2"
	if [ $rc = 124 ] || [ $rc = 137 ]; then echo "$_m: hangs"; elif [ $rc -ge 128 ]; then echo "$_m: dies ($rc)"; fi
	[ $rc = 0 ] || [ $rc = 1 ] || [ -s "$T/met.err" ] || echo "$_m: exit status $rc without a reason"
	grep -av '^\(orchestrator\|worker\|usage\): ' "$T/met.err" | head -n 1 | sed "s|^|$_m: no line of its own: |"
	if raw "$T/met.out" || raw "$T/met.err"; then echo "$_m: raw"; fi
	! grep -aq 'content-of-a-secret' "$T/met.out" "$T/met.err" || echo "$_m: shows a secret"
}
raw() { LC_ALL=C grep -aq "$(printf '[\001-\010\013-\037\177]')" "$1" || LC_ALL=C.UTF-8 grep -aqP '[\x{80}-\x{9f}\x{202a}-\x{202e}\x{2066}-\x{2069}]' "$1"; }

# Nobody is at work in the background.
idle() { settled && ! (_home=$ORCHESTRATOR_HOME; unset ORCHESTRATOR_HOME; grep -qszxF "ORCHESTRATOR_HOME=$_home" /proc/[0-9]*/environ); }

# What nothing may change: home, what links lead to, and the repository but for the branches of sessions.
outside() {
	find "$HOME" "$W/outside" -printf '%p %y %m %u %s %T@ %l\n' | sort
	(cd "$W/r" 2>/dev/null && find .git/config .git/HEAD .git/hooks .git/info -printf '%p %y %m %s %T@ %l\n' | sort &&
	    git for-each-ref | grep -v '	refs/heads/\(session/.*\|salvage/.*\|main\)$\|	refs/salvage/')
}
# What is there beside the repository, for links to lead to.
around() {
	mkdir -p "$W/outside/directory" && echo 'root:content-of-a-secret' >"$W/outside/secret" && echo x >"$W/outside/directory/file"
	: >"$W/outside/hard"; : >"$W/outside/target"
}
outside_same() { outside | diff "$T/outside" - | sed -n 's/^[<>]/outside:&/p' | grep -v ' [^ ]*/outside/hard f ' | head -n 3; }
hard_same() { [ ! -s "$W/outside/hard" ] || cmp -s "$T/hard" "$W/outside/hard" || echo 'outside: hard was changed'; }

# Put in place of what is at $place, and what was there again, unless the hostile thing is
# gone.  Of a directory that was only added to the additions go: it may have changed since.
there() { [ -e "$1" ] || [ -L "$1" ]; }
put() {	# PATH KIND
	place=$1 _kind=$2; rm -rf "$T/original"
	there "${place%/*}" || mkdir -p "${place%/*}"
	! there "$place" || mv "$place" "$T/original"
	hostile "$2"
	_put=$(stat -c '%i %F' "$place" 2>/dev/null)
}
take_away() {
	[ -d "${place%/*}" ] && [ "$(stat -c '%i %F' "$place" 2>/dev/null)" = "$_put" ] || return
	if [ -d "$place" ] && [ ! -L "$place" ]; then
		case $_kind in
		names | many) find "$place" -maxdepth 1 -type f -empty ! -name '*.lock' -delete; return ;;
		far) rm -rf "$place/d"; return ;;
		owner) chown -R 0:0 "$place"; return ;;
		closed) chmod 755 "$place"; return ;;
		esac
	fi
	rm -rf "$place"
	! there "$T/original" || cp -a "$T/original" "$place"
}

# The world of the files: `one' is approved, `two' was killed with its worker while it asked,
# `old' is merged.  The implementer asks unless there is $W/marks/quiet.
world_of_files() {
	around && cat >"$W/implementer" <<-'E'
	[ "$ITEM_ID" != two ] || [ -e "$W/marks/quiet" ] || worker ask Which? >>"$W/marks/got"
	echo "$ITEM_ID" >"$ITEM_ID"; git add .; git commit -qm "Work on $ITEM_ID"; worker progress 1/2 half
	echo "Did $ITEM_ID." | worker summary -
	E
	mkdir "$W/marks" && settings ", \"limits\": { \"time\": 15, \"grace\": 1 }, \"confine\": { \"mode\": \"auto\", \"writable\": [\"$W/marks\"], \"environment\": [\"W\"] },
	    \"agents\": { \"sh\": { \"command\": [ \"sh\", \"$W/implementer\" ] }, \"judge\": { \"command\": \"worker verdict approved\" } },
	    \"roles\": { \"implementer\": \"sh\", \"reviewer\": \"judge\" },
	    \"answers\": { \"rules\": [ { \"match\": \".\", \"answer\": \"ruled\" } ] }${1:-}" || return 1
	orchestrator tasks create work --task 'old: Old' --task 'one: One' --task 'two: Two' --task 'three: Three' &&
	orchestrator dispatch --wait old && orchestrator merge && orchestrator dispatch --wait one && orchestrator dispatch two || return 1
	wait_for 20 question && q=$(question) && S1=$(session_of one) S2=$(session_of two) || return 1
	# shellcheck disable=SC2046
	kill -9 $(sed -n 's/[^0-9]*\([0-9]*\)$/\1/p' "$S2/worker.lock") && wait_for 10 nobody
}
settings() {	# MORE
	new_repo "$W/r" 5 && cd "$W/r" && mkdir .orchestrator &&
	    echo "{ \"stop_grace\": 1, \"rounds\": 1, \"gates\": [ \"true\" ]$1 }" >.orchestrator/config.json && git add . && git commit -qm Settings
}
question() { orchestrator --json questions | jq -er '.questions[0].id'; }

# All that reads or changes sessions: half of the time the worker is started by itself first.
meet_all() {	# ITEM
	meet_each status '--json status' "status $1" "--json status $1" questions "logs $1" "review $1" "path $1"
	if [ $(($(echo "$_line" | cksum | tr -d ' ') % 2)) = "$((SEED % 2))" ]; then true >"$W/marks/quiet"; meet worker run "$(session_of "$1")"; rm -f "$W/marks/quiet"; fi
	meet orchestrator answer two "$q" this
	meet orchestrator merge "$1"
	meet orchestrator recover
	meet orchestrator cleanup
	meet orchestrator execute --source none
	meet orchestrator status
}
meet_each() { for _c; do meet orchestrator $_c; done; }	# commands of words

# Afterwards the work goes on, and ends merged: at once, or as another attempt.
merged() { git -C "$W/r" log --format=%s main | grep -q "^Merge $1: "; }
goes_on() {
	timeout -k 5 60 orchestrator execute $source
	for _i in $items; do
		merged $_i || { orchestrator cleanup; orchestrator retry $_i || orchestrator dispatch $_i; timeout -k 5 60 orchestrator execute --source none; }
	done
	orchestrator cleanup && wait_for 10 removed
}
removed() { orchestrator cleanup >/dev/null && for _i in $items; do [ ! -e "$W/r/.worktrees/$_i" ] || return 1; done; }
all_merged() {
	for _i in $items; do
		_m=$(git -C "$W/r" log --format=%s main | grep -c "^Merge $_i: ")
		[ "$_m" = 1 ] && [ "$(git -C "$W/r" show "main:$_i")" = $_i ] || echo "$_i: $_m merges"
	done
	repository_sound "$W/r"
}

# one_place ITEM PATH KIND: of a session's directory, which may have moved by the time it is mended.
one_place() {
	[ -z "$2" ] || put "$2" "$3"
	meet_all "$1"
	outside_same; hard_same
	there "$place" || case $place in
	"$S1"/*) place=$(session_of one)/${place#"$S1/"} ;;
	"$S2"/*) place=$(session_of two)/${place#"$S2/"} ;;
	esac
	if [ "$place" = "$W/r/.worktrees/$1" ] && merged "$1"; then rm -rf "$place"; git -C "$W/r" worktree prune; else take_away; fi
	goes_on >"$T/again.log" 2>&1 || echo "going on failed: $(tail -n 2 "$T/again.log")"
	all_merged; none_left
}
