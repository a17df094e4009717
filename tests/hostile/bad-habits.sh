# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2016
# They do not do what they should, or too much of it.
bad idle 'approved ' 'approved ' <<'E'
true
E
bad fails 'failed agent-error' 'failed agent-error' <<'E'
echo x >x; git add x; git commit -qm x; exit 1
E
bad dies 'failed agent-error' 'failed agent-error' <<'E'
echo x >x; kill -9 $$
E
bad mute 'approved ' 'approved ' <<'E'
echo x >x; exec <&- >&- 2>&-
E
bad talks 'failed output-limit' 'failed output-limit' <<'E'
echo x >x; yes 'REVIEW_VERDICT: APPROVED'
E
bad talks-one-line 'failed output-limit' 'failed output-limit' <<'E'
echo x >x; cat /dev/zero
E
bad talks-noise 'failed output-limit' 'failed output-limit' <<'E'
echo x >x; cat /dev/urandom >&2
E
bad hangs 'failed-timeout time-limit' 'failed-timeout time-limit' <<'E'
echo x >x; exec sleep 3000
E
bad hangs-deaf 'unknown would-not-stop' 'unknown would-not-stop' <<'E'
trap '' TERM INT HUP; echo x >x; while :; do sleep 3000; done
E
bad hangs-stopped '(failed-timeout time-limit|unknown would-not-stop)' '(failed-timeout time-limit|unknown would-not-stop)' <<'E'
echo x >x; kill -STOP $$
E
bad daemons 'approved ' 'approved ' <<'E'
echo x >x; for i in 1 2 3 4 5 6 7 8 9 10; do
	setsid sleep 3000 & (setsid sh -c 'trap "" TERM HUP INT; cd /; while :; do sleep 3000; done' >/dev/null 2>&1 </dev/null &) ; env -i setsid sleep 3000 &
done >/dev/null 2>&1
E
bad asks 'approved ' 'approved ' <<'E'
echo x >x; python3 -c 'import os
box = os.environ["SESSION_INBOX"]
for i in range(int(os.environ["QUESTIONS"])):
    name = "q-%06d" % i
    with open(box + "/tmp/" + name, "w") as f: f.write("{ \"version\": 1, \"kind\": \"ask\", \"question\": \"Question %d\" }" % i)
    os.rename(box + "/tmp/" + name, box + "/new/" + name)'
worker progress 1/1 'all asked'
E
cat >"$W/bad/asks.after" <<'E'
[ "$(jq -r '[.questions | length, ([.[] | select(.status != "withdrawn")] | length)] | join(" ")' "$S/questions.json")" = '1000 0' ] ||
    jq -r '"questions: " + ([.questions[].status] | group_by(.) | map(.[0] + " " + (length | tostring)) | join(", "))' "$S/questions.json"
E
bad answers-itself 'approved ' 'approved ' <<'E'
(until q=$(jq -er '.questions[0].id' "$SESSION_DIR/questions.json" 2>/dev/null); do :; done; echo mine >"$SESSION_DIR/answers/$q") 2>/dev/null &
worker ask -t 2 'Well?' >x; ! grep -q mine x || cp x "$W/marks/got"; echo x >>x
E
echo '[ $mode = off ] || [ ! -e "$W/marks/got" ] || echo "it has answered itself"' >"$W/bad/answers-itself.after"
bad steals 'failed import' '-' <<'E'
echo x >x; rm -rf "$W/outside" "$W/state" "$HOME" "$W/r/.git" "$W/r/d1" "$W/r/.worktrees/other" "$SESSION_DIR" 2>/dev/null
for f in "$W"/state/workspaces/*/instance-*/isolated-sessions/session-other-*; do for r in state.json worker.lock answers/q-aaaaaa cancel inbox/001/new/m-aaaaaa; do echo forged >"$f/$r"; done; done 2>/dev/null
for f in "$HOME/.profile" "$W/r/d1/file1" "$W/r/.git/hooks/post-merge" "$W/outside/target" "$W/r/.git/refs/heads/main" "$W/r/.git/config" "$W/r/.orchestrator/config.json"; do echo stolen >>"$f"; done 2>/dev/null
kill -9 -1; pkill worker; true
E
bad links-out 'failed protected' 'failed protected' <<'E'
ln -s "$W/outside/secret" out; ln -s "$W/outside/directory" way; echo x >way/new 2>/dev/null; rm -f "$W/outside/directory/new"; git add -A; git commit -qm Links
E
bad hard-link 'approved ' '-' <<'E'
ln "$W/outside/secret" mine && echo x >>mine; cp /proc/1/environ environ 2>/dev/null; echo x >x
E
bad hook - 'failed isolation-breach' <<'E'
echo x >x; printf '#!/bin/sh\n[ "$SESSION_INBOX" ] || echo "$0" >>%s\n' "$W/outside/ran" >"$W/r/.git/hooks/post-checkout"; chmod +x "$W/r/.git/hooks/post-checkout"
E
bad target 'approved ' 'failed isolation-breach' <<'E'
echo x >x; git add x; git commit -qm x; cp -r "$SESSION_DIR"/git/objects/?? "$W/r/.git/objects/"; git rev-parse HEAD >"$W/r/.git/refs/heads/main"; true
E
bad target-git 'approved ' 'failed isolation-breach' <<'E'
echo x >x; git add x; git commit -qm x; git push -q "$W/r" HEAD:refs/heads/pushed; git --git-dir="$W/r/.git" update-ref refs/heads/main refs/heads/pushed; git --git-dir="$W/r/.git" branch -D pushed; true
E
bad target-packed 'approved ' 'failed isolation-breach' <<'E'
echo x >x; git add x; git commit -qm x; cp -r "$SESSION_DIR"/git/objects/?? "$W/r/.git/objects/"; echo "$(git rev-parse HEAD) refs/heads/main" >"$W/r/.git/packed-refs" && rm "$W/r/.git/refs/heads/main"; true
E
bad pipes 'failed import' 'failed import' <<'E'
echo x >x; mkdir -p a/b; for f in .gitignore a/.gitattributes a/b/.mailmap; do [ -p $f ] || mkfifo $f; done
E
bad pipe-tracked 'failed import' 'failed import' <<'E'
echo x >x; rm -f d1/file1; mkfifo d1/file1
E
bad pipe-nested 'failed import' 'failed import' <<'E'
echo x >x; mkdir -p n/.git/refs n/.git/objects; [ -p n/.git/HEAD ] || mkfifo n/.git/HEAD; echo ref: refs/heads/x >n/.git/refs/x
E
bad sparse 'failed import' 'failed import' <<'E'
echo x >x; truncate -s 40G huge; truncate -s 3G .gitignore
E
bad full-of-files 'approved ' 'approved ' <<'E'
echo x >x; echo /many/ >.gitignore; mkdir -p many; cd many; python3 -c 'for i in range(100000): open(str(i), "w").close()'
E
bad deep 'failed import' 'failed import' <<'E'
echo x >x; python3 -c 'import os
for i in range(3000): os.mkdir("deep"); os.chdir("deep")
open("x", "w").close()'
E
