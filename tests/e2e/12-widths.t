#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The output of single commands fits the terminal, in UTF-8 and in ASCII, with hostile texts of agents and people.
# shellcheck disable=SC2016 # the scripts are the agents'
. "$(dirname "$0")/lib.sh"

cat >"$T/agent" <<'E2'
cat >/dev/null
case $ITEM_ID in
a-task-that-fails-with-a-long-name) printf 'first\nein Grund, der ✅ recht lang ist, so that the line must be broken at sixty columns\n'; exit 3 ;;
*) echo "$ITEM_ID" >"$ITEM_ID"; mkdir -p a/directory/with/a/rather/long/path; echo 1 >"a/directory/with/a/rather/long/path/of-a-file-$ITEM_ID-that-has-a-long-name"
   echo "A summary 漢字漢字漢字漢字 that is longer than a line of a terminal, and has to be broken between its words" | worker summary - ;;
esac
E2
cat >"$T/reviewer" <<'E2'
cat >/dev/null
[ ! -e rejected ] || { worker verdict rejected 'A finding ✅ that is longer than a line of a terminal, and has to be broken between its words, too'; exit; }
worker verdict approved 'An opinion that is longer than a line of a terminal, and has to be broken between its words'
E2
new_repo "$T/r" && cd "$T/r" && mkdir .orchestrator || exit 1
echo "{ \"agents\": { \"sh\": { \"command\": \"sh $T/agent\" }, \"judge\": { \"command\": \"sh $T/reviewer\" } }, \"attempts\": 1, \"rounds\": 0,
    \"roles\": { \"implementer\": \"sh\", \"reviewer\": \"judge\" }, \"gates\": [ \"true with a name that is longer than a line of a terminal has room for\" ] }" \
    >.orchestrator/config.json
git add . && git commit -qm Settings
failing=a-task-that-fails-with-a-long-name
orchestrator --json tasks create 'A list with a name that is longer than the lines of most terminals have room for' \
    --task 'good: A title that is longer than a line of a terminal, and has to be broken between its words' \
    --task "$failing: Fails" --task 'rejected: Rejected' --task 'after: After' >"$T/list"
list=$(jq -r .id "$T/list")
logged orchestrator tasks depend after rejected
columns() { LC_ALL=C.UTF-8 wc -L; }
flat() { tr -s ' \n' ' '; }
# Is any line of the command wider than the terminal, or not ASCII in the locale C?
fits() {	# SENTENCE-SUBJECT COMMAND...
	_what=$1; shift
	for locale in C C.UTF-8; do
		for c in 60 80 100 200; do
			ok "no line of $_what is wider than $c columns in the locale $locale" \
			    test "$(LC_ALL=$locale COLUMNS=$c "$@" 2>&1 | columns)" -le "$c"
		done
	done
	is "$_what is ASCII in the locale C" "$(LC_ALL=C COLUMNS=80 "$@" 2>&1 | LC_ALL=C grep -c '[^ -~]')" 0
	is "$_what has no colours in a pipe" "$("$@" | grep -c "$(printf '\033')")" 0
}
logged timeout 100 orchestrator execute "$list"

#: The report.
fits 'the report' orchestrator report
fits 'the list of runs' orchestrator report --runs
fits 'the report of a day' orchestrator report --day
for c in 60 80 100 200; do
	is "the report has whole commands at $c columns" "$(COLUMNS=$c orchestrator report | flat |
	    grep -oE "orchestrator (logs $failing|rework rejected TEXT|tasks reopen --failed --list $list)( |\$)" | wc -l)" 3
	is "the report has the commits of merged work at $c columns" "$(COLUMNS=$c orchestrator report | grep -c "  good .* merged .* $(
	    git log --merges --format=%H -n 1 main | cut -c1-12)\$")" 1
	like "the report has the whole last line of an agent at $c columns" "$(LC_ALL=C.UTF-8 COLUMNS=$c orchestrator report | flat)" \
	    'said: ein Grund, der ✅ recht lang ist, so that the line must be broken at sixty columns'
done
is 'the report begins with a sentence of results' "$(orchestrator report | sed -n '1s/ [0-9.]* s/ N/gp')" \
    '1 of 4 merged in N, 2 failed, 1 waits; N one after another'
like 'the report has the findings of the council' "$(orchestrator report | flat)" 'rejected rejected found: A finding . that is longer'
like 'the report has colours with --color=always' "$(orchestrator report --color=always)" "^  $(printf '\033')\\[32m[+]$(printf '\033')\\[m  good "

#: One session.
for i in good rejected "$failing" after; do
	fits "show of $i" orchestrator show $i
	case $i in after) ;; *) fits "status of $i" orchestrator status $i ;; esac
done
fits 'review of approved work' orchestrator review good
fits 'review of rejected work' orchestrator review rejected
for c in 60 80 100 200; do
	is "show has whole commands at $c columns" "$(COLUMNS=$c orchestrator show rejected | grep -cE '^    orchestrator (rework rejected TEXT|review rejected|retry rejected)( |$)')" 3
	like "show has all of the summary at $c columns" "$(LC_ALL=C.UTF-8 COLUMNS=$c orchestrator show good | flat)" \
	    'summary A summary 漢字漢字漢字漢字 that is longer than a line of a terminal, and has to be broken between its words'
	like "review has all of the findings at $c columns" "$(LC_ALL=C.UTF-8 COLUMNS=$c orchestrator review rejected | flat)" \
	    'A finding ✅ that is longer than a line of a terminal, and has to be broken between its words, too'
done
like 'status of a session has the command instead of a path that does not fit' "$(COLUMNS=60 orchestrator status rejected)" \
    '^directory    orchestrator path rejected$'
like 'status of a session has the path if it fits' "$(COLUMNS=1000 orchestrator status rejected)" '^directory    ~?/.*/session-rejected-[a-z0-9]*$'
# shellcheck disable=SC2091 # it is the command
is 'the command shown for the path of an archived session prints the path' "$($(COLUMNS=60 orchestrator status good | sed -n 's/^directory *//p'))" \
    "$(session_of good)"
esc=$(printf '\033')
like 'show has the status in its colour' "$(orchestrator show --color=always rejected)" "^status       $esc\\[31mrejected$esc\\[m$"
like 'status of a session has its status in its colour' "$(orchestrator status --color=always good)" "^status       $esc\\[32mmerged$esc\\[m$"
like 'review has a verdict in its colour' "$(orchestrator review --color=always good)" "^verdict      $esc\\[32mapproved by reviewer "

#: The plan.
orchestrator --json tasks create plan --task 'setup: A title that is longer than a line of a terminal, and has to be broken between words' \
    --task 'api: The API' --task 'ui: 漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字' --task 'docs: Documentation' --task 'test: Tests' >"$T/plan"
plan=$(jq -r .id "$T/plan")
for edit in 'setup --estimate 20' 'api --estimate 40' 'ui --estimate 60'; do
	# shellcheck disable=SC2086 # words
	logged orchestrator tasks edit --list "$plan" $edit --allow "${edit%% *}/**"
done
logged orchestrator tasks depend --list "$plan" api setup; logged orchestrator tasks depend --list "$plan" ui setup
logged orchestrator tasks depend --list "$plan" test api; logged orchestrator tasks depend --list "$plan" test ui
fits 'the plan' orchestrator plan "$plan"
plan() { COLUMNS=80 orchestrator plan "$plan"; }
# The columns where the lane of a task begins, and after its end.
lane() { plan | sed -n "s/^  $1  *\([#.]\)/\1/p; " >/dev/null; plan | awk -v t="$1" '$1 == t && match($0, /[#.]+/) { print RSTART, RSTART + RLENGTH }'; }
is 'lanes of tasks that run at once begin in the same column' "$(lane setup | cut -d' ' -f1) $(lane api | cut -d' ' -f1)" \
    "$(lane docs | cut -d' ' -f1) $(lane ui | cut -d' ' -f1)"
is 'the lane of a task begins at the end of the lane of its dependency' "$(lane api | cut -d' ' -f1) $(lane test | cut -d' ' -f1)" \
    "$(lane setup | cut -d' ' -f2) $(lane ui | cut -d' ' -f2)"
like 'a lane ends with its estimate' "$(plan)" '^  ui  +#+ .* 1 h$'
like 'the lane of a task without an estimate ends with a question mark' "$(plan)" '^  docs  +\.+ .* \?$'
like 'the plan has the total time, in parallel and one after another' "$(plan | flat)" \
    ' time about 1 h 30 min; one after another 2 h 20 min; a task without an estimate counts 10 min '
like 'the plan has the longest chain of tasks' "$(plan | flat)" \
    ' longest setup, then ui, then test take 1 h 30 min: more parallel sessions would not make it shorter '
like 'the plan says that more parallel sessions would help' "$(orchestrator plan --max-parallel 1 "$plan" | flat)" \
    ' time about 2 h 20 min; .* longest setup, then ui, then test take 1 h 30 min: more parallel sessions, or fewer shared paths, would make it shorter '
#: Questions.
echo 'cat >/dev/null; worker blocked "A reason that is longer than a line of a terminal, and has to be broken between its words"' >"$T/agent"
logged orchestrator dispatch --wait --title Blocked blocked-with-a-long-name
echo 'cat >/dev/null; worker ask -o "An option that is longer than a line of a terminal has room for" "A question that is longer, too, and has to be broken between its words?"' >"$T/agent"
logged orchestrator dispatch --title Asks asks
asked() { orchestrator questions | grep -q 'q-[a-z0-9]*'; }
wait_for 20 asked
fits 'the list of questions' orchestrator questions
fits 'status with questions' orchestrator status
done_testing
