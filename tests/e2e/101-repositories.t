#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# status of several repositories, and its one line for prompts and status bars.
# shellcheck disable=SC2016 # the scripts are the agents'
. "$(dirname "$0")/lib.sh"

cat >"$T/agent" <<'E2'
prompt=$(cat)
case $ITEM_ID,$prompt in
ask*,*'<answer>'*) ;;
ask*) worker ask --defer -o red -o blue "Which colour for $ITEM_ID?"; exit 0 ;;
fail*) exit 3 ;;
esac
while [ -e "$T/hold-$ITEM_ID" ]; do timeout 0.05 cat "$T/.never"; done
echo "$ITEM_ID" >"$ITEM_ID"
E2
repository() {	# NAME
	new_repo "$T/$1" && cd "$T/$1" && mkdir .orchestrator || exit 1
	echo "{ \"agents\": { \"sh\": { \"command\": \"sh $T/agent\" } }, \"roles\": { \"implementer\": \"sh\" }, \"review\": \"none\" }" >.orchestrator/config.json
	git add . && git commit -qm Settings
}
begin() { logged orchestrator dispatch --title "$1" "$1"; }

repository one; begin ask1; begin ready1; begin ready2; : >"$T/hold-busy1"
repository two; begin ask2; begin busy1
logged orchestrator wait --for question ask2; cd "$T/one" || exit 1
logged orchestrator wait --for question ask1; logged orchestrator wait --for approved ready1 ready2

#: One line.
is 'status --line counts questions and approved work' "$(orchestrator status --line)" '?1 +2'
is 'status --line counts running sessions' "$(orchestrator -C "$T/two" status --line)" '?1 >1'
is 'status --line adds up several repositories' "$(orchestrator -C "$T/one" -C "$T/two" status --line)" '?2 >1 +2'
is 'status --line adds up all repositories' "$(cd / && orchestrator status --line --all-repositories)" '?2 >1 +2'
is 'status --line with --json prints an object for status bars' "$(orchestrator --json status --line | jq -c '[.text, .class, .counts]')" \
    '["?1 +2","questions",{"questions":1,"stopped":0,"running":0,"ready":2}]'
mkdir sub
is 'status --line finds the repository from a directory below' "$(orchestrator -C sub status --line)" '?1 +2'
git worktree add -q ../tree
is 'status --line finds the repository from a worktree' "$(orchestrator -C ../tree status --line)" '?1 +2'
git clone -q --bare . "$T/bare.git"
run orchestrator -C "$T/bare.git" status --line
is 'status --line prints nothing for a repository without sessions' "$status,$out,$err" 0,,
run orchestrator -C / status --line
is 'status --line prints nothing where there is no repository' "$status,$out,$err" 0,,
cp -r "$T/one" "$T/copy"
is 'status --line does not count the sessions of the original in a copy' "$(orchestrator -C "$T/copy" status --line)" ''
rm -rf "$T/copy"
ASAN_OPTIONS=detect_leaks=0 strace -f -qq -e trace=execve -o "$T/trace" orchestrator status --line >/dev/null
is 'status --line starts no process' "$(grep -c execve "$T/trace")" 1
run orchestrator status --line ask1
is 'status --line with a session is refused' "$status" 64

is 'status --line counts a repository once that is given twice' "$(orchestrator -C sub -C "$T/one" status --line)" '?1 +2'
is 'status --line of all repositories does not depend on GIT_DIR' "$(GIT_DIR="$T/one/.git" orchestrator status --line --all-repositories)" '?2 >1 +2'
jq '.device = 1' .git/orchestrator.json >"$T/x" && cp "$T/x" .git/orchestrator.json
is 'status --line finds a repository whose disk has another number' "$(orchestrator status --line)" '?1 +2'

#: Several repositories.
is 'status shows each repository of several -C' "$(orchestrator -C "$T/two" -C "$T/one" status | sed -n 's/ on main.*//p' | paste -sd' ')" 'two one'
is 'status --all-repositories shows each repository with sessions' "$(cd / && orchestrator status --all-repositories | sed -n 's/ on main.*//p' | paste -sd' ')" 'one two'
like 'status of several repositories shows their questions' "$(orchestrator status --all-repositories)" 'Which colour for ask2'
is 'status --json has the objects of several repositories' \
    "$(orchestrator --json -C "$T/one" -C "$T/two" status | jq -r '.repositories[] | "\(.repository) \(.counts.questions)"' | sed "s|$T/||")" 'one/.git 1
two/.git 1'
run orchestrator -C "$T/none" -C "$T/two" status
is 'status continues after a missing repository, and fails' "$status $(echo "$out" | sed -n 's/ on main.*//p')" '66 two'
like 'status names the missing repository' "$err" "$T/none"
run orchestrator -C "$T/one" -C "$T/two" merge
is 'several repositories are refused by other commands' "$status" 64
like 'the error for several repositories says which command accepts them' "$err" 'only status accepts -C more than once'
run orchestrator -C "$T/one" -C "$T/two" status ask1
is 'status with a session and several repositories is refused' "$status" 64
mv "$T/two" "$T/moved"
is 'status --all-repositories leaves out a repository that was moved' "$(orchestrator status --all-repositories | sed -n 's/ on main.*//p' | paste -sd' ')" one
mv "$T/moved" "$T/two"
rm "$T/hold-busy1"
done_testing
