# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2016,SC2034,SC2154 # scripts; of the driver, and for it
#
# What each run can leave, and who finds it: every role leaves a mark wherever it can write, and looks
# for the marks of all that ran before.  The table says for each thing who left it and who found
# it; whom a thing may reach is the list `allowed'.  With the walls down (no confinement, the same
# places) each thing has to reach another process, or it was not tried.
exec 6>&1	# where the table goes
things='ignored cache npm tmp vartmp shm gitconfig hook attributes ref client clientjson home session inbox answers repository checkout state process'
writers='setup implementer clean-setup gate reviewer tech-lead'
readers="$writers merge-gate next user"

case_world() {
	around && mkdir "$W/marks" "$HOME/.claude" && cat >"$W/marks/pair" <<-'E'
	name=$1 me=$1.$ITEM_ID
	[ "$name" != setup ] || [ "$STEP" = setup ] || name=clean-setup
	[ "$name" != gate ] || [ ! -e moved ] || name=merge-gate
	[ "$ITEM_ID" = one ] || name=next
	exec 2>/dev/null
	place() {	# THING WRITER
		case $1 in
		ignored) echo "$WORKTREE/ignored.$2" ;;
		cache) echo "${XDG_CACHE_HOME:-$HOME/.cache}/$2" ;; npm) echo "${npm_config_cache:-$HOME/.npm}/$2" ;;
		tmp) echo "${TMPDIR:-/tmp}/$MARK.$2" ;; vartmp) echo "/var/tmp/$MARK.$2" ;; shm) echo "/dev/shm/$MARK.$2" ;;
		hook) echo "$(git rev-parse --absolute-git-dir)/hooks/$2" ;; attributes) echo "$(git rev-parse --absolute-git-dir)/info/$2" ;;
		client) echo "${CLAUDE_CONFIG_DIR:-$HOME/.claude}/$2" ;; clientjson) echo "$HOME/.claude.json.$2" ;;
		home) echo "$HOME/.$2" ;; session) echo "$SESSION_DIR/$2" ;; inbox) echo "$SESSION_DIR/inbox/$2" ;;
		answers) echo "$SESSION_DIR/answers/$2" ;; repository) echo "$W/r/.git/$2" ;; checkout) echo "$W/r/$2" ;; state) echo "$ORCHESTRATOR_HOME/$2" ;;
		esac
	}
	found() {	# THING WRITER
		case $1 in
		gitconfig) git config --get "mark.$2" ;; ref) git rev-parse -q --verify "refs/marks/$2" ;;
		process) grep -qszx "MARK_OF=$2.$MARK" /proc/[0-9]*/environ ;;
		*) [ -e "$(place "$1" "$2")" ] ;;
		esac >/dev/null
	}
	leave() {
		case $1 in
		gitconfig) git config "mark.$2" yes ;; ref) git update-ref "refs/marks/$2" HEAD ;;
		process) MARK_OF=$2.$MARK setsid sh -c 'exec sleep 600' </dev/null >/dev/null 2>&1 & ;;
		*) mkdir -p "$(dirname "$(place "$1" "$2")")"; echo >"$(place "$1" "$2")" ;;
		esac
	}
	for thing in $THINGS; do for writer in $WRITERS; do ! found "$thing" "$writer" || echo "$thing $writer $name"; done; done >>"$W/marks/found"
	case $name in next | user | merge-gate) exit 0 ;; esac
	for thing in $THINGS; do
		leave "$thing" "$name"
		case $thing in process) true ;; *) found "$thing" "$name" ;; esac && echo "$thing $name" >>"$W/marks/left"
	done; true
	E
	cat >"$W/marks/implementer" <<-'E'
	case $STEP in
	present) exit 0 ;;
	respond) [ "$ROUND" = 1 ] && worker verdict rejected True; [ "$ROUND" = 1 ] || worker verdict approved Right; exit 0 ;;
	esac
	sh "$W/marks/pair" implementer; echo "$ITEM_ID $ROUND" >"$ITEM_ID"
	E
	printf '%s\n' 'sh "$W/marks/pair" reviewer' '[ "$ITEM_ID" != one ] || { worker verdict rejected No; exit; }' 'worker verdict approved' >"$W/marks/reviewer"
	printf '%s\n' 'sh "$W/marks/pair" tech-lead' 'echo mended >mended; git add mended; git commit -qm Mended' 'worker verdict approved' >"$W/marks/tech-lead"
	mkdir "$W/marks/bin" && printf '%s\n' '#!/bin/sh' 'exec sh "$W/marks/$1"' >"$W/marks/bin/claude" && chmod +x "$W/marks/bin/claude"
	new_repo "$W/r" 3 && cd "$W/r" && echo 'ignored.*' >.gitignore && git add . && git commit -qm Ignore
}
case_list() { echo confined; }

setting() {	# MODE
	mkdir -p .orchestrator && jq -n --arg w "$W" --arg mode "$1" '{ stop_grace: 1, rounds: 1, setup: ["sh \($w)/marks/pair setup"], gates: ["sh \($w)/marks/pair gate"],
	    confine: { mode: $mode, writable: ["\($w)/marks"], environment: ["W", "THINGS", "WRITERS", "MARK"] },
	    agents: { i: { command: ["\($w)/marks/bin/claude", "implementer"], resume: ["\($w)/marks/bin/claude", "implementer"] }, r: { command: ["\($w)/marks/bin/claude", "reviewer"] }, t: { command: ["\($w)/marks/bin/claude", "tech-lead"] } },
	    roles: { implementer: "i", reviewer: "r", "tech-lead": "t" } }' >.orchestrator/config.json && git add -A && git commit -qm Settings
}
# What the user finds, in the worktree and at home.
as_user() {
	(cd .worktrees/one && ITEM_ID=one SESSION_DIR=$(session_of one) WORKTREE=$PWD STEP=none sh "$W/marks/pair" user)
}
one_world() {	# MODE
	setting "$1" || echo 'no settings'
	: >"$W/marks/found"; : >"$W/marks/left"
	meet orchestrator dispatch --wait one; [ "$rc" = 0 ] || echo "one is not approved: $(tail -n 3 "$(session_of one)/output.log")"
	as_user
	git commit -q --allow-empty -m Other && : >moved && git add moved && git commit -qm Moved
	meet orchestrator merge one; [ "$rc" = 0 ] || echo "one is not merged: $(tail -n 1 "$T/met.out")"
	meet orchestrator dispatch --wait two
	sort -u "$W/marks/found" >"$T/found.$1"; sort -u "$W/marks/left" >"$T/left.$1"
}
# Whom it may reach: who left it, in its next round; the runs of the same tree, cache or git directory.
allowed() {
	for t in $things; do for w in $writers; do echo "$t $w $w"; done; done
	for t in ignored cache npm gitconfig hook attributes ref client; do echo "$t setup implementer"; done
	echo 'ignored implementer user'	# the worktree is what they look at
	for t in ignored cache npm; do for r in gate reviewer tech-lead merge-gate; do echo "$t clean-setup $r"; done; echo "$t gate reviewer"; done
	echo "ignored setup user"
}
case_one() {
	export THINGS="$things" WRITERS="$writers" MARK="mark-$$"
	one_world auto
	allowed | sort >"$T/allowed"
	comm -23 "$T/found.auto" "$T/allowed" | while read -r t w r; do echo "reached: $t of $w found by $r;"; done
	world_back; cd "$W/r" || return
	one_world off >/dev/null 2>&1
	for t in $things; do
		grep -q "^$t " "$T/found.off" || grep -q "^$t " "$T/found.auto" || case $t in process) ;; *) echo "not tried: $t reaches nobody with the walls down;" ;; esac
	done; true
	{
		printf '%-11s %-12s %-5s %s\n' thing 'left by' left 'found by'
		for t in $things; do for w in $writers; do
			printf '%-11s %-12s %-5s %s\n' "$t" "$w" "$(grep -qx "$t $w" "$T/left.auto" && echo yes || echo no)" \
			    "$(sed -n "s/^$t $w //p" "$T/found.auto" | paste -sd' ')"
		done; done
	} >"$T/pairs"
	sed 's/^/# /' "$T/pairs" >&6
	rm -rf /var/tmp/"$MARK".* /dev/shm/"$MARK".* "${TMPDIR:-/tmp}/$MARK".*
	pkill -f "MARK_OF=.*$MARK" 2>/dev/null
	true
}
