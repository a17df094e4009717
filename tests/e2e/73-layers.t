#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The caches of a session lie over those of the user, which stay as they are.
# shellcheck disable=SC2016 # scripts
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/session.sh"
cd "$T" || exit 1

bwrap --unshare-pid --ro-bind / / --dev /dev --proc /proc true 2>/dev/null || skip_all 'bubblewrap does not work here'
mkdir o o/l o/u o/w
unshare -Urm mount -t overlay -o lowerdir=o/l,upperdir=o/u,workdir=o/w,userxattr overlay o/l 2>/dev/null ||
    skip_all 'overlayfs can not be mounted here'
rm -rf o

mkdir "$T/out" "$HOME/victim" "$T/bin"
confined="{ \"mode\": \"auto\", \"writable\": [\"$T/out\", \"$T/prelude\"], \"environment\": [\"T\"] }"
for v in npm_config_store_dir YARN_CACHE_FOLDER BUN_INSTALL_CACHE_DIR UV_CACHE_DIR GOCACHE GOMODCACHE \
    GRADLE_USER_HOME CCACHE_DIR NUGET_PACKAGES XDG_CACHE_HOME npm_config_cache CARGO_HOME GOPATH; do unset "$v"; done
export PIP_CACHE_DIR="$T/pipcache"
caches() {
	mkdir -p "$HOME/.cache/tool" "$HOME/.cache/uv" "$HOME/.npm/deep" "$HOME/.cargo/registry" "$T/pipcache"
	for f in .cache/tool/a .cache/tool/b .cache/uv/a .npm/deep/a .cargo/config.toml .cargo/credentials.toml .cargo/registry/a; do
		echo "the user's" >"$HOME/$f"
	done
	echo "the user's" >"$T/pipcache/a"
	ln -sfn "$HOME/victim" "$HOME/.cache/out"
}
users() { find "$HOME" "$T/pipcache" -printf '%p %y %m %U %T@ %s %l\n' | sort; find "$HOME" "$T/pipcache" -type f -exec cat {} +; }
mounted() { grep -F "$T" /proc/self/mountinfo; }
ended() { st '[.status, .reason] | join(" ")'; }
words() { tr '\n' ' ' <"$T/out/$1"; }
caches
echo kept >"$HOME/victim/mine"
users >before

#: Setup, agent and gate are three runs of one session.
change='cd "$XDG_CACHE_HOME" || exit 1
o=$T/out/setup; : >$o
grep -qx "the user.s" tool/a "$npm_config_cache/deep/a" "$CARGO_HOME/config.toml" "$UV_CACHE_DIR/a" "$PIP_CACHE_DIR/a" && echo read >>$o
echo mine >tool/a && rm tool/b && echo mine >tool/c && echo mine >>"$CARGO_HOME/registry/a" && rm -r "$npm_config_cache/deep" &&
    echo mine >"$npm_config_cache/new" && chmod 700 "$PIP_CACHE_DIR/a" && mv "$PIP_CACHE_DIR/a" "$PIP_CACHE_DIR/b" && echo changed >>$o
id -u >>$o'
role implementer <<'E'
echo w >work; o=$T/out/agent; : >$o
cd "$XDG_CACHE_HOME" || exit 1; : >agent
[ "$(cat tool/a tool/c "$npm_config_cache/new" "$PIP_CACHE_DIR/b")" = "$(printf 'mine\nmine\nmine\nthe user'\''s')" ] && echo kept >>$o
[ "$(ls tool)" = "$(printf 'a\nc')" ] && [ ! -e "$npm_config_cache/deep" ] && [ ! -e "$PIP_CACHE_DIR/a" ] && echo deleted >>$o
[ "$(tail -n 1 "$CARGO_HOME/registry/a")" = mine ] && echo appended >>$o
[ ! -e "$CARGO_HOME/credentials.toml" ] && echo hidden >>$o
: >"$CARGO_HOME/credentials.toml"; rm "$CARGO_HOME/credentials.toml"; cat "$CARGO_HOME/credentials.toml" >>$o
mv "$CARGO_HOME" "$XDG_CACHE_HOME/../away" || rmdir "$CARGO_HOME" || echo held >>$o
echo x >out/file || echo x >"$HOME/.cache/tool/x" || echo x >"$SESSION_DIR/layer/x" || echo x >"$SESSION_DIR/layer/xdg/x" || echo closed >>$o
E
session one ".setup = [$(printf '%s' "$change" | jq -Rs .)] | .gates = [\"cd \\\"\$XDG_CACHE_HOME\\\" && test -e tool/c && ! test -e tool/b && ! test -e agent\"]"
work
is 'a session with layers is approved: its gates see what setup changed in the caches, and nothing of the implementer' "$(ended)" 'approved '
is 'a run reads the caches of the user, and changes what it sees, as that user' "$(words setup)" "read changed $(id -u) "
is 'the next sees that, and no credentials; nothing else can be written' "$(words agent)" 'kept deleted appended hidden held closed '
users >after
ok 'the caches of the user are as they were after a session with layers' cmp before after
ok 'nothing is left mounted' not mounted
ok 'no cache of the session is left' test ! -e "$S/cache" -a ! -e "$S/layer" -a ! -e "$S/cache.clean" -a ! -e "$S/layer.clean"

no_roles
role implementer <<'E'
echo w >work; cat "$XDG_CACHE_HOME/tool/a" "$XDG_CACHE_HOME/tool/b" "$npm_config_cache/deep/a" "$PIP_CACHE_DIR/a" | sort -u >"$T/out/agent"
E
session two
work
is 'another session sees those of the user alone' "$(words agent)" "the user's "
ok 'nothing is said of layers where they work' not grep -qi 'layer\|overlay\|cache' "$S/output.log"

#: What a run has left where nothing was laid: a layer is laid over nothing but a directory.
role implementer <<'E'
echo w >work; : >"$T/out/agent"
ls "$HOME/victim" >>"$T/out/agent"; echo x >"$npm_config_cache/x" && echo written >>"$T/out/agent"
echo x >"$CARGO_HOME/x" && echo written >>"$T/out/agent"
cat "$XDG_CACHE_HOME/tool/a" >>"$T/out/agent"; [ -e "$PIP_CACHE_DIR/a" ] && echo laid >>"$T/out/agent"
true
E
session hostile
mkdir -p "$S/cache/xdg" "$S/layer"
ln -s "$HOME/victim" "$S/cache/npm"; echo file >"$S/cache/cargo"; ln -s "$HOME/victim" "$S/layer/pip"
work
is 'a link in the place of a cache is not followed, nor a file taken for a cache' "$(words agent)" "mine the user's "
is 'a session with a link in the place of a cache goes on' "$(ended)" 'approved not-reviewed'
users >after
ok 'a link in the place of a cache leads to an unchanged directory' cmp before after
ok 'what is removed at the end is the link' test ! -e "$S/cache" -a -e "$HOME/victim/mine"

#: Whatever is on disk, a killed worker takes everything along, and the next finds what was written.
role implementer <<'E'
[ -e "$XDG_CACHE_HOME/tool/mine" ] || { : >"$XDG_CACHE_HOME/tool/mine"; rm "$XDG_CACHE_HOME/tool/a"; point written; hang; }
[ ! -e "$XDG_CACHE_HOME/tool/a" ] && echo w >work
E
session crash ".confine.writable = [\"$T\"]"
: >"$T/hang.written"
start; at written
ok 'while it runs the layers are nobody else'\''s to see' not mounted
kill -9 "$(st .worker_pid)"; wait "$pid" 2>/dev/null
ok 'nothing survives a killed worker' wait_for 20 not grep -qsz "SESSION_ID=$ID" /proc/[0-9]*/environ
rm "$T/hang.written"
work
is 'a session whose worker was killed goes on with its caches' "$(ended)" 'approved not-reviewed'

#: A layer is never a condition.
real=$(command -v bwrap)
printf '#!/bin/sh\nif grep -q "%s.* overlay " /proc/self/mountinfo; then echo "bwrap: not over this" >&2; exit 1; fi\necho plain >>"$T/out/plain"\nexec %s "$@"\n' "$T" "$real" >"$T/bin/bwrap"
chmod +x "$T/bin/bwrap"
role implementer <<'E'
echo w >work; { ls -A "$XDG_CACHE_HOME" "$CARGO_HOME" 2>&1; echo x >"$XDG_CACHE_HOME/x" && echo written; } | tail -n 1 >"$T/out/agent"
E
with=$PATH PATH=$T/bin:$PATH
session alone
work
is 'where bubblewrap does not work with layers, the session does without' "$(ended) $(words agent)" 'approved not-reviewed written '
[ -d "$R/.worktrees" ] || mkdir "$R/.worktrees"
like 'doctor says that sessions begin with empty caches, and why' \
    "$(cd "$R" && orchestrator doctor)" 'note +caches .*begins with empty caches.*: not over this'
PATH=$with
like 'doctor says that caches are read through an overlay' "$(cd "$R" && orchestrator doctor)" 'ok +caches .*through an overlay'
is 'doctor leaves no temporary file' "$(find "$ORCHESTRATOR_HOME" -name '.tmp*')" ""

# That it works is kept with the state, and found there.
user_settings
for i in 1 2; do
	ITEM=kept$i
	(cd "$R" && orchestrator dispatch --review none "kept$i" -- sh -c 'echo w >work; cat "$XDG_CACHE_HOME/tool/a" >"$T/out/agent"') >/dev/null 2>&1
	over() { [ "$(field state.json .status)" = approved ]; }
	wait_for "$LIMIT" over
	is "dispatched session $i has layers" "$(words agent)" "the user's "
	like "the state directory keeps that layers work after dispatched session $i" "$(cat "$ORCHESTRATOR_HOME/confine")" ' layered$'
	rm -f "$T/out/agent"
done

#: A user without caches gets no layer.
rm -rf "$HOME/.cache" "$HOME/.npm" "$HOME/.cargo" "$T/pipcache"
role implementer <<'E'
echo w >work; echo x >"$XDG_CACHE_HOME/x" && [ ! -e "$SESSION_DIR/layer" ] && ! grep -q "overlay.*SESSION_DIR" /proc/self/mountinfo && echo plain >"$T/out/agent"
E
rm -f "$T/out/agent"
session none
work
is 'without caches of the user nothing is laid' "$(ended) $(words agent)" 'approved not-reviewed plain '
like 'doctor says that there are no caches of the user' "$(cd "$R" && orchestrator doctor)" 'ok +caches .*you have none'

NO='setpriv --reuid 65534 --regid 65534 --clear-groups'
if [ "$(id -u)" != 0 ]; then
	:
elif $NO test -x "$O/libexec/worker" && $NO test -r "$top/tests/e2e/lib.sh"; then
	# shellcheck disable=SC2086 # words
	ok 'all of it as an ordinary user too' $NO env TMPDIR=/tmp BUILD="$O" sh "$top/tests/e2e/73-layers.t"
else
	skip 'all of it as an ordinary user too' 'that user can not see the programs'
fi
done_testing
