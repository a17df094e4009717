# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# shellcheck disable=SC2016,SC2034 # scripts; for the tests
#
# Items whose scripts say what they find of each other, for the tests of clean trees; after lib.sh:
#
#	world NAME		a repository with a tag: $R, and there we are
#	settings [FILTER]	of the user: one agent for all roles, review by gates, no tries but the first;
#				FILTER (jq) changes them
#	script ITEM.WHO <<'E'	a role's script, `setup' or `gate'; not given, the last two are `true'
#	dispatch ITEM		until it is over: $ITEM, $S session directory; `begin' does not wait
#	ended			its status and reason
#	said NAME		what its scripts said by that name
#	can, cannot SENTENCE NAME...	of `did NAME' in the scripts, each time
#	at POINT, ends, kill_worker, leftovers [ITEM], settled [ITEM], clean_trees, moves_on TEXT
#
# Scripts have: say NAME TEXT, did NAME COMMAND, to FILE, point NAME, enter NAME.
#
# Scripts are in $HOME/s; what they find they say in $T/out.
mkdir -p "$T/out" "$HOME/s" "$HOME/.cache" "$HOME/.npm" "$HOME/.cargo" "$T/nobwrap"
mkfifo "$T/out/never" && exec 8<>"$T/out/never"
for d in /usr/local/bin /usr/bin /bin; do ln -s "$d"/* "$T/nobwrap" 2>/dev/null; done
rm -f "$T/nobwrap/bwrap"
with_bwrap=$PATH without_bwrap=$O/bin:$O/libexec:$T/nobwrap
caches='XDG_CACHE_HOME npm_config_cache npm_config_store_dir YARN_CACHE_FOLDER BUN_INSTALL_CACHE_DIR PIP_CACHE_DIR
    UV_CACHE_DIR CARGO_HOME GOCACHE GOMODCACHE GRADLE_USER_HOME CCACHE_DIR NUGET_PACKAGES'
for v in $caches; do unset "$v"; done
cat >"$HOME/s/prelude" <<'E'
caches='XDG_CACHE_HOME npm_config_cache npm_config_store_dir YARN_CACHE_FOLDER BUN_INSTALL_CACHE_DIR PIP_CACHE_DIR
    UV_CACHE_DIR CARGO_HOME GOCACHE GOMODCACHE GRADLE_USER_HOME CCACHE_DIR NUGET_PACKAGES TMPDIR'
say() { printf '%s\n' "$2" >>"$T/out/$ITEM_ID.$1"; }
did() { _n=$1; shift; if ( "$@" ) >/dev/null 2>&1; then say did "$_n=yes"; else say did "$_n=no"; fi; }
to() { echo x >>"$1"; }
# point NAME: hangs there the first time, if $T/out/hang.ITEM.NAME exists
point() { [ ! -e "$T/out/hang.$ITEM_ID.$1" ] || { rm "$T/out/hang.$ITEM_ID.$1"; say at "$1"; cat "$T/out/never"; }; }
dirs() { for v in $caches; do eval "printf '%s\n' \"\${$v:-/nowhere}\""; done; printf '%s\n' /tmp /var/tmp /dev/shm deps; }
# enter NAME: the Nth of that name says what those before have left for it, and leaves something in every place it can
enter() {
	say "$1" x; n=$(wc -l <"$T/out/$ITEM_ID.$1"); name=$1$n
	say seen "$name:$(dirs | while read -r d; do ls -d "$d"/left.* left.* 2>/dev/null; done | sed 's/.*left\./ /' | sort -u | tr -d '\n')"
	say git "$(git rev-parse HEAD) $(git describe --tags) $(git ls-files | wc -l)$(git status --porcelain; git diff --exit-code || echo differs)"
	say pwd "$PWD"
	mkdir -p deps 2>/dev/null
	dirs | while read -r d; do mkdir -p "$d" && : >"$d/left.$name"; done 2>/dev/null
	true
}
E

landlock() { python3 -c 'import ctypes; v = ctypes.CDLL(None).syscall(444, None, 0, 1); print(v if v > 0 else 0)' 2>/dev/null || echo 0; }
settings() {	# [FILTER]: of the tests' user
	jq -n --arg out "$T/out" '{ confine: { writable: [$out], environment: ["T"] }, stop_grace: 1, merge: { on_conflict: "fail", on_gate: "fail" }, gate_tries: 0, rounds: 0, review: "gates",
	    agents: { a: { adapter: "command", command: ". \"$HOME/s/prelude\"; prompt=$(cat); . \"$HOME/s/$ITEM_ID.$ROLE\"" } },
	    roles: { implementer: "a", reviewer: "a", "tech-lead": "a" },
	    setup: [{ name: "install", command: ". \"$HOME/s/prelude\"; . \"$HOME/s/$ITEM_ID.setup\"" }],
	    gates: [{ name: "check", command: ". \"$HOME/s/prelude\"; . \"$HOME/s/$ITEM_ID.gate\"" }] } | '"${1:-.}" \
	    >"$XDG_CONFIG_HOME/orchestrator/config.json"
}
world() {	# NAME: a repository, with a tag
	R=$T/$1; mkdir "$R" && git init -q "$R" && cd "$R" || exit 1
	mkdir d && echo sound >a && echo first >b && echo deep >d/file && : >empty && printf 'deps/\n.env\n*.o\n' >.gitignore
	printf 'check:\n\t! grep -q broken a\n' >Makefile
	git add . && git commit -qm 'First commit' && git tag v1
}
item() { ITEM=$1; shift; for _f in "$HOME/s/$ITEM.setup" "$HOME/s/$ITEM.gate"; do [ -e "$_f" ] || echo true >"$_f"; done; }
script() { cat >"$HOME/s/$1"; }		# ITEM.WHO
dispatch() { item "$1"; run timeout 100 orchestrator dispatch --wait "$1"; S=$(session_of "$1"); }
begin() { item "$1"; orchestrator dispatch "$1" >/dev/null; S=$(session_of "$1"); }
ended() { jq -r '[.status, .reason] | join(" ")' "$(session_of "$ITEM")/state.json"; }
said() { cat "$T/out/$ITEM.$1" 2>/dev/null; }
can() { is "$1" "$(shift; for _m; do said did | grep "^$_m=" | sort -u; done | tr '\n' ' ')" "$(shift; for _m; do printf '%s=yes ' "$_m"; done)"; }
cannot() { is "$1" "$(shift; for _m; do said did | grep "^$_m=" | sort -u; done | tr '\n' ' ')" "$(shift; for _m; do printf '%s=no ' "$_m"; done)"; }
moves_on() { echo "$1" >>b && git commit -qam 'Of a user'; }
leftovers() { find .worktrees -maxdepth 2 -name ".*session-${1:-*}-??????"; }	# [ITEM]
settled() { [ -z "$(leftovers "${1:-}")" ]; }
clean_trees() { find .worktrees/.pool -maxdepth 1 -name '.clean-*' 2>/dev/null | wc -l; }
at() { wait_for 20 grep -qx "$1" "$T/out/$ITEM.at"; }
gone() { ! { read -r _stat <"/proc/$1/stat"; } 2>/dev/null || case ${_stat##*) } in [ZX]*) true ;; *) false ;; esac; }
kill_worker() { pid=$(jq .worker_pid "$S/state.json"); kill -9 "$pid"; wait_for 20 gone "$pid"; }
ends() { case $(ended) in approved* | rejected* | failed* | cancelled*) gone "$(jq .worker_pid "$S/state.json")" ;; *) false ;; esac; }
