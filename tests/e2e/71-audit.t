#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What is found afterwards, when nothing confined the agents.
# shellcheck disable=SC2016,SC2034 # scripts; for lib.sh
CONFINE=off
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/session.sh"
cd "$T" || exit 1
export R

role implementer <<'E'
[ ! -e "$T/first" ] || . "$T/first"
echo "$ITEM_ID" >"file-$ITEM_ID"
. "$T/do"
E
: >"$T/do"
ended() { st '[.status, .reason] | join(" ")'; }
flagged() { rec review.json '.flagged | join("; ")'; }
does() { cat >"$T/do"; }
paths() { jq "$1" "$S/item.json" >"$T/.item" && mv "$T/.item" "$S/item.json"; }
breach() {	# SENTENCE REGEXP ITEM: the script of standard input is one
	does; session "$3"; work
	is "$1 halts the session" "$(ended)" 'failed isolation-breach'
	like "$1 is named in the state" "$(st .detail)" "$2"
	like "$1 is named in the log" "$(cat "$S/output.log")" "isolation breach: .*$2"
}

breach 'a hook' 'hooks/pre-commit of the repository: was added' hook <<'E'
echo 'exit 0' >"$R/.git/hooks/pre-commit"
E
breach 'a hook that is changed' 'hooks/pre-commit of the repository: was changed' hook2 <<'E'
echo 'exit 1' >"$R/.git/hooks/pre-commit"
E
breach 'one that is removed' 'hooks/pre-commit of the repository: was removed' hook3 <<'E'
rm "$R/.git/hooks/pre-commit"
E
breach 'a setting of the repository' 'config of the repository: was changed' config <<'E'
git config --file "$R/.git/config" core.fsmonitor /bin/false
E
git -C "$R" config --unset core.fsmonitor
breach 'attributes of the repository' 'info/attributes of the repository: was added' attributes <<'E'
mkdir -p "$R/.git/info"; echo '* filter=x' >"$R/.git/info/attributes"
E
rm "$R/.git/info/attributes"
breach 'a branch that got a commit of the session' 'branch stolen: holds commits of the session' stolen <<'E'
git add .; git commit -qm Stolen; git rev-parse HEAD >"$R/.git/refs/heads/stolen"
E
git -C "$R" update-ref -d refs/heads/stolen
breach 'a branch of another session that got one' 'branch session/hook/1: holds commits of the session' other <<'E'
git add .; git commit -qm Stolen; git rev-parse HEAD >"$R/.git/refs/heads/session/hook/1"
E
breach 'a hook of an agent that fails' 'hooks/x of the repository: was added' fails <<'E'
echo x >"$R/.git/hooks/x"; exit 1
E
does <<'E'
git -C "$R" branch mine main; git -C "$R" config branch.mine.remote origin; git -C "$R" checkout -q mine
E
session user; work
is 'what the user does to the repository meanwhile is no breach' "$(ended)" 'approved not-reviewed'
like 'the log has what the user did to the repository meanwhile' \
    "$(cat "$S/output.log")" 'changed in the repository during the run: branch mine: was added'
: >"$T/do"

# A gate, or a judge, that does so is found before an approval.
session late '.gates = ["echo x >>$R/.git/hooks/late"]'; work
is 'a gate is found out before the approval' "$(ended)" 'failed isolation-breach'
is 'there is no verdict' "$(verdicts)" 0

# Paths.
session allowed; paths '.allowed_paths = ["src/*.c", "file-*"]'
does <<'E'
mkdir -p src/sub; echo >src/a.c
E
work
is 'what is allowed is approved' "$(ended)" 'approved not-reviewed'
session beyond; paths '.allowed_paths = ["src/*.c", "file-*"]'
does <<'E'
mkdir -p src/sub; echo >src/a.c; echo >src/sub/a.c; echo >"$(printf 'a\033[31mb')"; echo >d1/file1
E
work
is 'a path that is not allowed halts the session' "$(ended)" 'failed isolation-breach'
like 'each path is named' "$(flagged)" 'd1/file1: is not in the item.s allowed_paths; src/sub/a.c: is not'
like 'harmless for a terminal' "$(flagged)" 'a.033\[31mb: is not'
session hidden; paths '.forbidden_paths = ["d1/**"]'
does <<'E'
echo x >>d1/file1; git commit -qam One; git revert --no-edit HEAD >/dev/null
E
work
is 'a path is found that a later commit took back' "$(ended)" 'failed isolation-breach'
like 'the detail names the path that a later commit took back' "$(st .detail)" 'd1/file1: is in the item.s forbidden_paths'

# What is protected.
does <<'E'
mkdir -p .github/workflows sub; echo x >.github/workflows/x.yml; echo x >sub/.gitattributes; echo x >CLAUDE.md
ln -sfn /etc/passwd out; ln -sfn ../d1/file1 sub/in; ln -sfn ../../x sub/up
E
session protected '.gate_tries = 1'; work
is 'a change of protected paths is refused' "$(ended)" 'failed protected'
like 'the detail of a refused change names the protected paths' "$(st .detail)" '^\.github/workflows/x.yml: is protected, CLAUDE.md'
is 'a change of protected paths is given back to the implementer first' "$(st .runs)" 2
is 'each change of a protected path is flagged' \
    "$(flagged)" '.github/workflows/x.yml: is protected; CLAUDE.md: is protected; sub/.gitattributes: is protected; out: is a symbolic link that leaves the tree; sub/up: is a symbolic link that leaves the tree'
like 'the implementer is told' "$(st .feedback)" 'out: is a symbolic link that leaves the tree'
does <<'E'
case $prompt in *'is protected'*) rm -r .github ;; *) mkdir .github; echo x >.github/x ;; esac
E
session mends; work
is 'what it then undoes is forgiven' "$(ended) $(flagged)" 'approved not-reviewed '
does <<'E'
mkdir -p .github; echo x >.github/x
E
role reviewer <<'E'
printf '%s' "$prompt" >"$T/$ITEM_ID.prompt"; worker verdict approved
E
session permitted '.allow_protected = [".github/*"]'; work
is 'a change of a protected path that the settings allow is judged' "$(ended)" 'approved '
like 'the council is told of a change of a protected path' \
    "$(said prompt | tr '\n' ' ')" '<flagged> - \.github/x: is protected </flagged>|<flagged> - \.github/x: is protected  *</flagged>'
is 'a change of a protected path is on record' "$(flagged)" '.github/x: is protected'
mkdir "$T/prompts" && echo 'Judge {commit}.' >"$T/prompts/review.md"
session own '.allow_protected = [".github"]'; cp -r "$T/prompts" "$S"; work
like 'a council with a prompt of its own is told of a change of a protected path' \
    "$(said prompt | tr '\n' ' ')" 'Judge [0-9a-f]*.*<flagged> - \.github/x: is protected'
session none '.protected = []'; work
is 'the list is a setting' "$(ended) $(flagged)" 'approved  '
does <<'E'
mkdir sub .opencode; echo x >sub/CLAUDE.md; echo x >.opencode/x
E
session steers '.protected = []'; work
is 'the council is told of what steers an agent, whatever the settings protect' "$(ended) $(flagged)" \
    "approved  .opencode/x: steers an agent's client; sub/CLAUDE.md: steers an agent's client"
like 'a judge is told of what steers an agent' "$(said prompt | tr '\n' ' ')" "<flagged> - .opencode/x: steers an agent's client"
no_roles

# Before the merge.
export ORCHESTRATOR_HOME="$T/state"
new_repo "$T/m" && cd "$T/m" || exit 1
orchestrator dispatch --wait --review none a -- sh -c 'echo x >x; echo y >y' >/dev/null 2>&1
S=$(session_of a); paths '.allowed_paths = ["x"]'
run orchestrator merge a
is 'the merge looks once more' "$status $(field state.json '[.status, .reason] | join(" ")' a)" '1 failed isolation-breach'
like 'the refusal of the merge names the path that is not allowed' "$out$err" 'y: is not in the item.s allowed_paths'
ok 'a path that is not allowed is not merged' not git cat-file -e main:x
orchestrator dispatch --wait --review none b -- sh -c 'echo x >x' >/dev/null 2>&1
S=$(session_of b); jq '.settings.protected = ["x"]' "$S/config.json" >"$T/.c" && mv "$T/.c" "$S/config.json"
run orchestrator merge b
is 'the merge looks once more for protected paths' "$status $(field state.json '[.status, .reason] | join(" ")' b)" '1 failed protected'
run orchestrator merge b
is 'a session that failed at the merge is not merged later' "$status $(git log --oneline main | wc -l)" '1 1'
done_testing
