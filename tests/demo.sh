#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# make demo: three items from dispatch to merge in a clone of this repository,
# each by agents in a worktree of its own, and then a task list that empties itself.  With AGENT=claude that client does
# the work, otherwise the scripts tests/agents/demo-* do.
set -eu
top=$(cd "$(dirname "$0")/.." && pwd)
O=${BUILD:-build}
case $O in /*) ;; *) O=$top/$O ;; esac
PATH=$O/bin:$top/tests/agents:$PATH
case ${AGENT:-} in
'' | command) AGENT='command' ;;
claude) command -v claude >/dev/null || { echo "demo: there is no claude on PATH" >&2; exit 1; } ;;
*) echo "demo: AGENT is command or claude, not $AGENT" >&2; exit 1 ;;
esac

T=$(mktemp -d "${TMPDIR:-/tmp}/orchestrator-demo.XXXXXX")
finish() {
	status=$?
	trap - EXIT
	cd /
	unset ORCHESTRATOR_HOME	# or those who look would find themselves
	grep -lszxF "ORCHESTRATOR_HOME=$T/state" /proc/[0-9]*/environ |
	    sed -n 's,^/proc/\([0-9]*\)/.*,\1,p' | xargs -r kill -9 2>/dev/null || :
	rm -rf "$T"
	exit $status
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
mkfifo "$T/never"
export PATH ORCHESTRATOR_HOME="$T/state" XDG_CONFIG_HOME="$T/config" GIT_CONFIG_GLOBAL="$T/gitconfig"
unset ORCHESTRATOR_WORKER
printf '[safe]\n\tdirectory = *\n[user]\n\tname = Demo\n\temail = demo@localhost\n' >"$T/gitconfig"

bold='' plain=''
if [ -t 1 ]; then bold=$(printf '\033[1m') plain=$(printf '\033[0m'); fi
say() { printf '\n%s# %s%s\n' "$bold" "$*" "$plain"; }
show() {
	printf '$'
	for word; do
		case $word in *[!a-zA-Z0-9/.=-]*) printf " '%s'" "$word" ;; *) printf ' %s' "$word" ;; esac
	done
	echo
	"$@"
}
await() { # SECONDS COMMAND...: nobody ever writes to that fifo
	n=$(($1 * 20)); shift
	until "$@" >/dev/null 2>&1; do
		[ $n -gt 0 ] || { echo "demo: gave up waiting for: $*" >&2; return 1; }
		n=$((n - 1)); timeout 0.05 cat <>"$T/never" || :
	done
}
asked() { orchestrator questions | grep -q 'q-......'; }
asked_or_over() { asked || ! orchestrator --json status | jq -e '.sessions[]
    | select(.item == "greeting" and .alive)'; }

say "A clone of this repository, with three settings: who does the work, who reviews, what must pass"
git clone -q "$top" "$T/demo" 2>/dev/null || { echo "demo: $top is no git repository" >&2; exit 1; }
cd "$T/demo"
git checkout -q -B main
mkdir -p .orchestrator
if [ "$AGENT" = claude ]; then
	agents=' "claude": { "adapter": "claude", "env": { "IS_SANDBOX": "1" } } ' implementer=claude reviewer=claude
else
	agents='
		"writer": { "adapter": "command", "command": ["demo-implementer"], "resume": ["demo-implementer"] },
		"reader": { "adapter": "command", "command": ["demo-reviewer"] }
	'
	implementer=writer reviewer=reader
fi
cat >.orchestrator/config.json <<E
{
	"agents": {$agents},
	"roles": { "implementer": "$implementer", "reviewer": "$reviewer" },
	"gates": [ { "name": "page", "command": "test -s demo/\$ITEM_ID.md" } ]
}
E
git add .orchestrator && git commit -qm 'Settings of the demo'
cat .orchestrator/config.json

say "Three items, each in a worktree of its own"
show orchestrator dispatch glossary --title 'A glossary' \
    --description 'Write demo/glossary.md: a list of the file names defined in proto/session/layout.h.'
show orchestrator dispatch greeting --title 'A page that greets' \
    --description 'Write demo/greeting.md: a greeting. Ask for whom: "the world" or "the reviewer".'
show orchestrator dispatch spelling --title 'A page on messages' \
    --description 'Write demo/spelling.md: one sentence that says in which order messages are received.'

limit=30; [ "$AGENT" = command ] || limit=900
await $limit asked_or_over
say "One asks. Its answer is a file"
show orchestrator status
if asked; then
	show orchestrator questions
	question=$(orchestrator --json questions | jq -r '.questions[0].id')
	answers=$(orchestrator path greeting)/answers
	echo "\$ echo 'the world' >\$(orchestrator path greeting)/answers/$question"
	echo 'the world' >"$answers/$question"
fi

say "The loop merges what the council approves, and ends when all has ended"
show orchestrator execute || [ "$AGENT" != command ]

say "One was rejected and reworked: its log"
show orchestrator logs spelling
say "... and the council's record"
show orchestrator review spelling
say "One is put right by hand: nothing that nobody judged is merged"
show orchestrator dispatch --wait motto --title 'A motto' --description 'Write demo/motto.md: a motto of one line.'
sed -i 's/$/!/' .worktrees/motto/demo/motto.md
show orchestrator merge motto || :
show orchestrator adopt --wait motto
show orchestrator merge motto
say "A task list: what waits for what, and which files each may change"
show orchestrator tasks create book --task 'outline: Outline a book of two chapters, morning and evening, in demo/outline.md' \
    --task 'morning: Write demo/morning.md, the first chapter' --task 'evening: Write demo/evening.md, the second chapter' \
    --task 'book: Put both chapters together in demo/book.md'
for task in outline morning evening book; do
	orchestrator tasks edit --allow "demo/$task.md" $task >"$T/said"
done
orchestrator tasks depend morning outline >"$T/said"
orchestrator tasks depend evening outline >"$T/said"
show orchestrator tasks depend book morning evening
say "What would be done, in which order, and what at once"
show orchestrator plan book
say "It empties itself: each task goes out once what it needs is merged"
show orchestrator execute book || [ "$AGENT" != command ]

say "What is in the repository now"
show git log --graph --oneline -n 20
[ "$AGENT" != command ] || cat demo/greeting.md demo/spelling.md demo/book.md
