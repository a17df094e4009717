#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The streams file goes to the archive when all its streams are complete, and not before.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/streams.sh"

FILE=.orchestrator/orchestration-config.json
execute() { run timeout 60 orchestrator execute --source streams "$@"; }
# Around midnight the day of the archive is that of either command.
archived() { find .archive -type f 2>/dev/null | sed 's,/[0-9]\{8\},/DAY,' | sort | tr '\n' ' '; }

world plain; file .; git add .; git commit -qm 'A streams file'; cp $FILE "$T/plain.json"
execute --pause-before integration
is 'a streams file of which a stream is left to do stays' "$status $(archived)$(ls $FILE)" "0 $FILE"
run timeout 60 orchestrator --json execute --source streams
is 'a streams file goes to the archive of the day when all its streams are complete' "$status $(archived)$(ls $FILE 2>/dev/null)" \
    '0 .archive/orchestration/DAY/orchestration-config.json '
like 'the day of the archive is the local date' "$(ls .archive/orchestration)" "^$(date +%Y%m%d)\$"
ok 'an archived streams file has its contents' cmp "$T/plain.json" .archive/orchestration/*/orchestration-config.json
is 'JSON says that the streams file was archived, and the report is last' "$(echo "$out" | jq -r .event | tail -n 2 | tr '\n' ' ')" 'archived report '
like 'the event names both places of the streams file' "$(echo "$out" | jq -r 'select(.event == "archived").text')" \
    "^archived $FILE as \\.archive/orchestration/[0-9]{8}/orchestration-config\\.json\$"
is 'the archive of a streams file that git tracks changes nothing else' "$(git status --porcelain | tr '\n' ' ')" " D $FILE ?? .archive/ "
is 'a branch keeps an archived streams file until a person commits' "$(git show "main:$FILE" | cmp - "$T/plain.json")" ''

file '.initiative.id = "INIT-two" | .streams[].completedTasks = 2' .claude/orchestration
execute
is 'a second streams file of the day gets a directory of its own' "$status $(archived)" \
    '0 .archive/orchestration/DAY-2/orchestration-config.json .archive/orchestration/DAY/orchestration-config.json '
is 'the first streams file of the day stays as it was' "$(cat .archive/orchestration/*/orchestration-config.json | jq -r .initiative.id | sort | tr '\n' ' ')" \
    'INIT-abc123 INIT-two '
like 'execute says where the streams file is now' "$out" '^[0-9:]* archived \.claude/orchestration/orchestration-config\.json as \.archive/'

#: Merged without execute.
world merged; file '.streams[:3][].completedTasks = 2'
orchestrator dispatch --wait Stream-Z >/dev/null 2>&1
is 'a streams file stays while a stream waits for its merge' "$(ls $FILE)" $FILE
run orchestrator merge Stream-Z
is 'merge archives the streams file with the last stream' "$status $(archived)" '0 .archive/orchestration/DAY/orchestration-config.json '
like 'merge says where the streams file is now' "$err" '^orchestrator: archived '

#: Not finished.
world failed ', "attempts": 1'; file .; : >"$T/fail-Stream-Z"; execute
is 'a streams file of which a stream failed stays' "$status $(archived)$(ls $FILE)" "1 $FILE"
world more; work; orchestrator generate >/dev/null
execute --pause-before integration
orchestrator tasks add --stream Stream-A work 'more: More' >/dev/null
execute
is 'a streams file stays when a task was added to a complete stream' "$status $(archived)$(ls $FILE)" "0 $FILE"
orchestrator tasks complete more >/dev/null; execute
is 'a streams file is archived when the added task is complete too' "$status $(archived)" '0 .archive/orchestration/DAY/orchestration-config.json '
world gone; file '.streams[].completedTasks = 2 | .streams[3].completedTasks = 0'; orchestrator plan >/dev/null
file '.streams |= .[:3] | .streams[].completedTasks = 2 | .executionPlan.integration = []'; execute
is 'a streams file stays while a stream that was taken out of it is not complete' "$status $(archived)$(ls $FILE)" "0 $FILE"

#: No place.
world link; mkdir "$T/elsewhere"; ln -s "$T/elsewhere" .archive; file '.streams[].completedTasks = 2'; execute
is 'no link is followed to the archive, and the streams file stays' "$status $(ls "$T/elsewhere")$(ls $FILE)" "0 $FILE"
like 'execute says that the streams file could not be archived' "$err" "^orchestrator: $FILE stays where it is, .*: Not a directory"
rm .archive; execute
is 'the next execute archives a finished streams file that was left' "$status $(archived)" '0 .archive/orchestration/DAY/orchestration-config.json '

#: Durable, and not what was read before.
if command -v strace >/dev/null && strace -o "$T/x" true 2>/dev/null; then
	world changed; file '.streams[].completedTasks = 2'
	ASAN_OPTIONS=detect_leaks=0 strace -f -qq -o "$T/trace" -P "$PWD/.orchestrator" -e trace=renameat2 -e inject=renameat2:delay_enter=2s:when=1 \
	    timeout 60 orchestrator execute --source streams >"$T/said" 2>&1 & pid=$!
	wait_for 30 grep -q 'orchestration-config.json.*RENAME_NOREPLACE' "$T/trace"
	file '.streams[:3][].completedTasks = 2'; wait $pid
	is 'a streams file that was changed while it was archived is put back' "$? $(archived)$(jq .streams[3].completedTasks $FILE)" '0 0'
	world synced; file '.streams[].completedTasks = 2'
	ASAN_OPTIONS=detect_leaks=0 strace -f -qq -y -o "$T/trace" -e trace=renameat2,fsync timeout 60 orchestrator execute --source streams >/dev/null 2>&1
	is 'both directories of an archived streams file are on disk' "$(grep -A2 'renameat2.*/\.archive/' "$T/trace" |
	    sed -n 's,.*fsync([0-9]*<.*\(/\.[a-z]*\)[^.]*,\1,p' | tr '\n' ' ')" '/.archive /.orchestrator '
else
	skip 'a streams file that was changed while it was archived is put back' 'no strace here'
	skip 'both directories of an archived streams file are on disk' 'no strace here'
fi
done_testing
