#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What a person looks at before deciding: show, diff, review; and adopt, named where the worktree holds
# more than was judged.
# shellcheck disable=SC2016 # the scripts are the agents'
. "$(dirname "$0")/lib.sh"

# Does what do.ITEM says, or writes a file with the item's name.
cat >"$T/agent" <<'E'
cat >/dev/null
if [ -e "$T/do.$ITEM_ID" ]; then . "$T/do.$ITEM_ID"; else echo "$ITEM_ID" >"$ITEM_ID"; fi
printf 'What %s is about\n' "$ITEM_ID" | worker summary -
E
cat >"$T/reviewer" <<'E'
cat >/dev/null
if grep -qs bad "$ITEM_ID"; then worker verdict rejected 'It is bad'; else worker verdict approved 'It is good'; fi
E
new_repo "$T/r" 3 && cd "$T/r" && mkdir .orchestrator && echo '* diff=evil' >.gitattributes || exit 1
echo "{ \"agents\": { \"sh\": { \"command\": \"sh $T/agent\" }, \"judge\": { \"command\": \"sh $T/reviewer\" } },
    \"roles\": { \"implementer\": \"sh\", \"reviewer\": \"judge\" }, \"stop_grace\": 1, \"gate_tries\": 0, \"rounds\": 1,
    \"merge\": { \"on_conflict\": \"fail\" }, \"gates\": [ { \"name\": \"whole\", \"command\": \"test ! -e broken\" } ] }" >.orchestrator/config.json
git add . && git commit -qm Settings
dispatch() { for i; do orchestrator dispatch --wait "$i" --title "Title of $i" >"$T/said" 2>&1 || :; done; }
tree() { orchestrator --json status "$1" | jq -r .worktree; }
first() { printf '%s\n' "$out" | sed -n '/^next/,$p' | sed -n '2s/^ *\(orchestrator .*[^ ]\)  .*/\1/p'; }
st() { orchestrator --json status "$1" | jq -r .status; }

# show
dispatch one
run orchestrator show one
like 'show prints the item with its title' "$out" '^item +one: Title of one$'
like 'show prints the summary of the agent' "$out" '^    What one is about$'
like 'show prints the number of changed files and lines' "$out" '^change +1 file, \+1 -0$'
like 'show prints the changed lines by file' "$out" '^    \+1 -0 +one$'
like 'show prints the outcome of the gates' "$out" '^gate +whole: passed$'
like 'show prints who decided, with the agent of that role' "$out" '^verdict +approved by reviewer \(judge\), commit [0-9a-f]{12}$'
like 'show prints the branch with its target' "$out" '^branch +session/one/1, for main$'
is 'show of approved work names merge first' "$(first)" 'orchestrator merge one'
is 'show --json has the change, the summary, and the next commands' \
    "$(orchestrator --json show one | jq -r '[.status, .target, .summary, .change.files[0].path, .change.added, .item_record.title, .next[0].command] | join("|")')" \
    'approved|main|What one is about|one|1|Title of one|orchestrator merge one'
is 'show --json has the agent of each role' "$(orchestrator --json show one | jq -c .agents)" '{"implementer":"sh","reviewer":"judge","tech-lead":null}'
ok 'show leaves nothing in the temporary directory' sh -c 'mkdir "$T/tmp" && TMPDIR="$T/tmp" orchestrator show one >/dev/null && rmdir "$T/tmp"'
run orchestrator show nothing
is 'show of an unknown session is refused' "$status" 66
logged orchestrator tasks create waiting --task 'early: Comes first' --task 'late: Comes later'
logged orchestrator tasks depend late early && logged orchestrator tasks edit late --description 'What late is about' --allow 'd1/**'
run orchestrator show late
is 'show of a task without a session prints its title, status, description, dependencies and paths' \
    "$status $(printf '%s\n' "$out" | grep -cE '^(task +late: Comes later|status +PENDING|    What late is about|depends on +early: PENDING|paths +d1/\*\*)$')" '0 5'
like 'show of a task without a session prints what holds it back' "$out" '^held back +\[late\] waits for \[early\] first; '
like 'show of a task that waits names execute with its list' "$(first)" '^orchestrator execute tl-'
like 'show of a task that is ready names dispatch, too' "$(orchestrator show early)" '^    orchestrator dispatch early  '
is 'show --json of a task without a session has the task, what holds it back, and the next commands' \
    "$(orchestrator --json show late | jq -r '[.session, .task.id, (.held | length), (.next | length)] | join("|")')" '|late|1|1'
logged orchestrator tasks delete --yes waiting || :

# review
echo '[ "$ROUND" = 1 ] && echo bad >two || echo better >two' >"$T/do.two"
dispatch two
run orchestrator review two
like 'review begins with the verdict, and names the agent of who decided' "$(printf '%s\n' "$out" | head -n 1)" \
    '^verdict +approved by reviewer \(judge\), .* ago$'
is 'review prints each finding once' "$(printf '%s\n' "$out" | grep -c 'It is bad')" 1
is 'review prints each round once' "$(printf '%s\n' "$out" | grep -c '^round ')" 2
like 'an opinion on a commit that is not the judged one names it, and the agent' "$out" '^  reviewer \(judge\) rejected, of [0-9a-f]{12}, '
like 'an opinion on the judged commit does not repeat it' "$out" '^  reviewer \(judge\) approved, [^,]* ago \(worker verdict\)$'
echo 'echo "bad $ROUND" >three' >"$T/do.three"
dispatch three
run orchestrator review three
is 'review of a rejection prints the findings with the opinion that has them' "$(printf '%s\n' "$out" | grep -c 'It is bad') $(printf '%s\n' "$out" | head -n 1 | cut -c1-21)" \
    '2 verdict      rejected'
run orchestrator show three
like 'show of rejected work prints the findings' "$out" '^    It is bad$'
is 'show of rejected work names rework first' "$(first)" 'orchestrator rework three TEXT'
orchestrator reject two 'No longer wanted' >/dev/null
like 'review names a person as such' "$(orchestrator review two)" '^  a person rejected, [^,]* ago$'

# diff
run orchestrator diff one
is 'diff prints a patch' "$(printf '%s\n' "$out" | git apply --check - 2>&1 && echo applies)" applies
like 'diff --stat prints the changed lines by file' "$(orchestrator diff --stat one)" '^ one \| 1 \+$'
echo 'echo 1 >d1/new; echo 2 >other' >"$T/do.four"
dispatch four
is 'diff prints the given paths alone' "$(orchestrator diff four d1 | grep -c '^diff ') $(orchestrator diff four ':!d1' | grep '^+++')" '1 +++ b/other'
echo moved >>d1/file1 && git commit -qam 'The target moves'
is 'diff leaves out commits that reached the target meanwhile' "$(orchestrator diff --stat four | grep -c file1)" 0
is 'diff --json has base, head and the files with status and lines' \
    "$(orchestrator --json diff four | jq -r '[.head == $head, (.base | length), .worktree, .added, (.files[] | .status + .path)] | join(" ")' \
    --arg head "$(orchestrator --json status four | jq -r .head)")" 'true 40 false 2 Ad1/new Aother'
is 'the patch of diff --json is that of diff' "$(orchestrator --json diff four | jq -rj .patch)" "$(orchestrator diff four)"
is 'diff --json takes paths, and with --stat has no patch' \
    "$(orchestrator --json diff --stat four d1 | jq -r '[(.files | length), .patch] | map(tostring) | join(" ")')" '1 null'
if python=$(schema_python); then
	mkdir "$T/records" && orchestrator --json diff four >"$T/records/diff.json"
	is 'diff --json is as its schema says' "$("$python" "$top/tests/validate.py" "$top/man/schema" "$T/records" 2>&1)" diff
else
	skip 'diff --json is as its schema says' 'no python3-jsonschema'
fi
run orchestrator diff nothing
is 'diff of an unknown session is refused' "$status" 66
git config --global diff.evil.textconv "touch $T/ran; cat" && git config --global diff.evil.command "touch $T/ran"
git config --global diff.external "touch $T/ran"
orchestrator diff four >/dev/null
ok 'diff runs no program that attributes or configuration name' test ! -e "$T/ran"
git config --global --unset diff.external
printf 'plain \033]0;title\007 \033[8mhidden\033[31mred\n\033[30mblack\033[31;41mon its own ground \n' >"$T/bytes"
echo 'cat "$T/bytes" >five' >"$T/do.five"
dispatch five
ok 'diff into a file has the bytes as they are' sh -c 'orchestrator diff five | grep -qF "$(cat "$T/bytes")"'
if command -v script >/dev/null; then
	cat >"$T/pager" <<'E'
#!/bin/sh
echo paged >"$T/paged"; cat >"$T/seen"
E
	chmod +x "$T/pager"
	tty() { TERM=xterm GIT_PAGER=${PAGE-$T/pager} script -qec "$*" /dev/null </dev/null >"$T/typed"; }
	tty orchestrator diff five
	ok 'on a terminal the pager of git gets the diff' test -e "$T/paged"
	ok 'on a terminal diff has colours' grep -q "$(printf '\033')\[32m" "$T/seen"
	ok 'on a terminal no colour of the work hides its text' grep -qF '\033[30mblack\033[31;41mon its own ground ' "$T/seen"
	ok 'on a terminal control characters of the work are made visible' grep -qF '\033]0;title\007 \033[8mhidden' "$T/seen"
	rm "$T/paged"; git config --global color.diff never; PAGE='cat' tty orchestrator diff five
	is 'color.diff and cat as the pager are obeyed' "$(grep -c 'plain .033' "$T/typed") $(grep -c "$(printf '\033\\[32m')" "$T/typed") $(ls "$T/paged" 2>/dev/null)" '1 0 '
	git config --global --unset color.diff
	echo 'seq 200000 >six' >"$T/do.six"; dispatch six
	printf '#!/bin/sh\nhead -n 1 >"$T/seen"\n' >"$T/pager"
	ok 'a reader may leave the pager early' tty orchestrator diff six
else
	skip 'the pager gets the diff' 'no script(1)'
fi

# What the worktree holds now.
echo 'echo begun >begun; echo >"$T/at-work"; while [ ! -e "$T/go-on" ]; do :; done' >"$T/do.seven"
orchestrator dispatch seven >/dev/null && wait_for 20 test -e "$T/at-work"
is 'diff shows the work of a running agent' "$(orchestrator diff seven | grep '^+[a-z]')" '+begun'
run orchestrator show seven
like 'show of running work counts uncommitted changes' "$out" '^change +1 file, \+1 -0, with uncommitted changes$'
is 'show of running work names logs -f first' "$(first)" 'orchestrator logs -f seven'
touch "$T/go-on"; wait_for 30 sh -c 'orchestrator --json status seven | jq -e ".status == \"approved\""'

# adopt is named
echo 'by hand' >>"$(tree one)/one"
run orchestrator show one
is 'show names adopt first when the worktree holds more than was judged' "$(first)" 'orchestrator adopt one'
like 'show says what was not judged' "$out" '^not judged +a change in one$'
like 'status of the session names adopt' "$(orchestrator status one)" '^not judged +a change in one: orchestrator adopt '
like 'the list of sessions names adopt' "$(orchestrator status)" '^  !  one +not judged  a change in one  orchestrator adopt one$'
run orchestrator diff one
is 'diff of approved work leaves that out, and names adopt' \
    "$(printf '%s\n' "$out" | grep -c 'by hand') $(printf '%s\n' "$err" | grep -c 'orchestrator adopt one')" '0 1'
run orchestrator merge one
is 'merge names adopt' "$status $(printf '%s\n' "$out" | grep -c 'orchestrator adopt')" '1 1'
echo 'by hand' >>"$(tree three)/three"
run orchestrator merge three
is 'merge of rejected work with a change by hand names adopt' "$status $(printf '%s\n' "$err" | grep -c 'orchestrator adopt three')" '1 1'
is 'diff of rejected work shows the change by hand' "$(orchestrator diff three | grep -c '^+by hand')" 1

# The situations, each with its commands.
orchestrator merge seven >/dev/null
run orchestrator show seven
is 'show of merged work has its change, and no worktree' "$(printf '%s\n' "$out" | grep -c '^change  *1 file\|^worktree')" 1
is 'diff of merged work still shows it' "$(orchestrator diff seven | grep '^+[a-z]')" '+begun'
echo 'exit 3' >"$T/do.eight"
dispatch eight
run orchestrator show eight
is 'show of failed work names logs first, and retry' "$(first) $(printf '%s\n' "$out" | grep -c 'orchestrator retry eight ')" 'orchestrator logs eight 1'
echo 'worker ask "Which?" >answer' >"$T/do.nine"
orchestrator dispatch nine >/dev/null && wait_for 20 sh -c 'orchestrator questions | grep -q Which'
run orchestrator show nine
is 'show of a waiting session prints the question, and names answer first' "$(printf '%s\n' "$out" | grep -c '^    Which?$') $(first)" '1 orchestrator answer nine'
orchestrator cancel nine >/dev/null
echo 'seq 9 | sed "s/2/$ITEM_ID/" >d1/file1' | tee "$T/do.ten" >"$T/do.eleven"
dispatch ten eleven; orchestrator merge ten >/dev/null; orchestrator merge eleven >/dev/null
run orchestrator show eleven
is 'show of a conflict names resolve first, and the file' "$(st eleven) $(first) $(printf '%s\n' "$out" | grep -c '^conflict  *d1/file1$')" \
    'conflict orchestrator resolve eleven 1'
for s in one three seven eight eleven; do
	orchestrator --json show "$s" | jq -r '.next[].command'
done | sed 's/^orchestrator \([a-z]*\).*/\1/' | sort -u >"$T/named"
missing=; while read -r c; do orchestrator "$c" --help >/dev/null 2>&1 || missing="$missing $c"; done <"$T/named"
is 'each command that show names exists' "$missing" ''
done_testing
