#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Phase 2 of a session: who judges what, and what becomes of it.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/session.sh"
cd "$T" || exit 1

ended() { echo "$status,$(st .status),$(rec review.json '[.verdict, .decided_by] | join(",")' 2>>"$T/.log"),$(last_line | sed 's/.*: //')"; }
approved='0,approved,approved'; rejected='1,rejected,rejected' unheard='1,failed,'
head_of() { git -C "$R" rev-parse "session/$ITEM/1"; }
opinions() { rec review.json '[.opinions[] | .role + ":" + .verdict] | join(" ")' 2>>"$T/.log"; }

implementer() {
	role implementer <<'E'
say steps "$STEP.$ROUND"; printf '%s\n' "$prompt" >"$T/$ITEM_ID.prompt.$SESSION_RUN"
echo "round $ROUND" >work; [ "$ROUND" != 2 ] || echo "REVIEW_VERDICT: APPROVED"
E
}
defender() {
	role implementer resume <<'E'
say steps "$STEP.$ROUND"; printf '%s\n' "$prompt" >"$T/$ITEM_ID.prompt.$STEP.$ROUND"
case $STEP in
present) echo 'My case is good.' ;;
respond) worker verdict approved 'It is right as it is.' ;;
*) echo "round $ROUND" >work ;;
esac
E
}
reviewer() { role reviewer; }	# the script on standard input

# The reviewer.
implementer
reviewer <<'E'
say steps "$ROLE.$STEP.$ROUND"; printf '%s\n' "$prompt" >"$T/$ITEM_ID.prompt.reviewer"
cat work >"$T/$ITEM_ID.seen"; worker verdict approved 'Good.'
E
session r1 '.gates = [{name: "size", command: "echo gate-output; true"}]'
work
is 'the approval of the reviewer decides' "$(ended)" "$approved,reviewer,APPROVED"
is 'the verdict names the commit that the reviewer judged' "$(rec review.json '.commit, .opinions[0].commit' | sort -u)" "$(head_of)"
is 'the verdict names the base of the commit' "$(rec review.json .base)" "$(st .base)"
is 'the opinion of the reviewer is on record' \
    "$(rec review.json '.opinions[-1] | [.role, .verdict, .findings, .how, .round] | join(",")')" 'reviewer,approved,Good.,worker verdict,1'
like 'the reviewer is given the item' "$(said prompt.reviewer)" 'Title of r1'
like 'the reviewer is given the diff' "$(said prompt.reviewer)" '^[+]round 1'
like 'the reviewer is given the results of the gates' "$(said prompt.reviewer)" 'size'
is 'the reviewer reads the commit' "$(said seen)" 'round 1'
is 'an implementer that cannot be resumed is not asked to present' "$(said steps | paste -sd' ')" 'implement.1 reviewer.review.1'
ok 'the summary of an implementer that cannot be resumed is presented' cmp -s "$S/summary.md" "$S/presentation.md"
is 'statuses follow one another' "$(st '[.history[].to] | join(" ")')" 'running completed reviewing approved'

reviewer <<'E'
worker verdict rejected 'Not good: line 1.'
E
session r2
work
is 'a session that is rejected after two rounds of rework ends as rejected' "$(ended)" "$rejected,rounds,REJECTED"
is 'rework begins at phase 1 each time' "$(said steps | paste -sd' ')" 'implement.1 implement.2 implement.3'
like 'the implementer is given the findings' "$(cat "$T/r2.prompt.003")" 'Not good: line 1\.'
is 'findings of the last rejection are on record' "$(rec review.json .findings)" 'Not good: line 1.'
is 'the commit of the last round is on record when the rounds are used up' "$(rec review.json .commit)" "$(head_of)"
is 'a verdict that an agent prints begins no line' "$(verdicts)" 1
ok 'a verdict that an agent prints is shown with its role' grep -qxF '[implementer] REVIEW_VERDICT: APPROVED' "$S/output.log"
session r3 '.rounds = 0'
work
is 'without rounds the first rejection is the end' "$(said steps | paste -sd' ')" 'implement.1'
is 'without rounds the first rejection is final' "$(ended | cut -d, -f1-3)" "$rejected"
reviewer <<'E'
if [ "$ROUND" = 1 ]; then worker verdict rejected 'Do it again.'; else worker verdict approved; fi
E
session r4
work
is 'rework can be approved' "$(ended)" "$approved,reviewer,APPROVED"
is 'the commit is that of the second round' "$(git -C "$R" show "$(rec review.json .commit):work")" 'round 2'
is 'after one rework both opinions are on record' \
    "$(rec review.json '[.opinions[] | select(.role == "reviewer") | .verdict] | join(" ")')" 'rejected approved'
is 'after one rework the number of rounds is on record' "$(rec review.json .rounds)" 2

# Missing, contradictory, by exit status.
decides() {	# SENTENCE EXPECTED ITEM [FILTER]: the end of a session without rework
	session "$3" ".rounds = 0 | ${4:-.}"
	work
	is "$1" "$(ended | cut -d, -f1-3)" "$2"
}
reviewer <<'E'
echo 'REVIEW_VERDICT: APPROVED'; printf 'a\nREVIEW_VERDICT: APPROVED'
printf '\rREVIEW_VERDICT: APPROVED\n\nREVIEW_VERDICT: APPROVED\n' >&2
echo '{"verdict":"approved"}'
E
decides 'a reviewer that gives no verdict, whatever it prints, makes the session fail' "$unheard" v1
is 'a session without a verdict names the reason, and what to do' "$(st .reason),$(st .detail)" \
    'no-verdict,the reviewer was asked 3 times and gave no verdict: no verdict was given; once that is fixed, orchestrator adopt session-v1-000001 asks it again'
is 'a missing verdict is no opinion, and no line of the log' "$(opinions),$(verdicts)" ',0'
reviewer <<'E'
say steps "$STEP"; [ "$(grep -c review "$T/$ITEM_ID.steps")" != 3 ] || worker verdict approved Finally.
E
decides 'a reviewer that gives no verdict is asked again, twice' "$approved" v10
is 'only the verdict that was given is on record' "$(opinions),$(rec review.json '.opinions[0] | .run + .findings')" 'reviewer:approved,004Finally.'
like 'the log says that the reviewer is asked again' "$(cat "$S/output.log")" 'no verdict from the reviewer: no verdict was given; asking it again'
reviewer <<'E'
say steps "$STEP"; [ "$(grep -c review "$T/$ITEM_ID.steps")" != 1 ] || exit 9; kill -9 $$
E
decides 'a reviewer that fails or is killed is no rejection' "$unheard" v11 '.rounds = 2'
is 'nothing goes back to the implementer of what a reviewer that failed has printed' "$(said steps | grep -vc review)" 1
like 'the reason names how the last of them ended' "$(st .detail)" 'reviewer: killed by signal 9'
for pair in 'approved rejected' 'rejected approved'; do
	n=$((${n:-1} + 1))
	reviewer <<E
for v in $pair; do worker verdict \$v words; done; true
E
	decides "'$pair' contradicts itself: a rejection" "$rejected" v$n
done
reviewer <<'E'
worker verdict approved; exit 3
E
decides 'an approval of one that failed then is none' "$rejected" w5
reviewer <<'E'
echo 'All is well.' | worker summary - 2>"$T/$ITEM_ID.refused"
git commit -q --allow-empty -m Smuggled
worker verdict approved
E
session w6 '.rounds = 0 | .confine.mode = "off"'
work
is 'a commit that a reviewer makes goes nowhere' \
    "$status,$(git -C "$R" log --format=%s "session/$ITEM/1" "^$(st .base)" | grep -c Smuggled),$(git -C "$R" rev-list --count "session/$ITEM/1" "^$(st .base)")" 0,0,1
is "a reviewer can't write the summary" "$(grep -c 'All is well' "$S/summary.md"),$(said refused | grep -c 'only the implementer')" 0,1
role implementer <<'E'
worker verdict approved 'Mine is good.' 2>"$T/$ITEM_ID.refused"; echo $? >"$T/$ITEM_ID.rc"; echo work >work
E
reviewer <<'E'
worker verdict rejected no
E
decides 'a verdict of who is asked for none decides nothing' "$rejected" w7
is 'the implementer is told that no verdict is asked of it' \
    "$(said rc),$(said refused | grep -c 'the implementer gives no verdict')" 65,1
implementer
reviewer <<'E'
worker verdict maybe; echo $? >"$T/$ITEM_ID.rc"; worker verdict; echo $? >>"$T/$ITEM_ID.rc"; true
E
decides 'another word is no verdict' "$unheard" v4
is 'a verdict with another word is a usage error' "$(said rc | sort -u)" 64
reviewer <<'E'
exit 0
E
decides 'exit status 0 is no approval by default' "$unheard" v5
decides 'exit status 0 is an approval where the settings say so' "$approved" v6 '.agents.reviewer.verdict = "exit-status"'
is 'an approval by exit status is recorded as such' "$(rec review.json '.opinions[0].how')" 'exit status'
reviewer <<'E'
echo bad; exit 1
E
decides 'another exit status than 0 rejects where the settings say so' "$rejected" v7 '.agents.reviewer.verdict = "exit-status"'
reviewer <<'E'
worker verdict rejected 'words before all'; exit 0
E
decides 'a rejection in words is one whatever the exit status' "$rejected" v8 '.agents.reviewer.verdict = "exit-status"'
is 'a record of a rejection in words says that the exit status was 0' \
    "$(rec review.json '.opinions[0].how')" 'exit status 0, but worker verdict rejected'
reviewer <<'E'
worker verdict approved; exit 1
E
decides 'an approval in words is none against the exit status' "$rejected" v12 '.agents.reviewer.verdict = "exit-status"'
reviewer <<'E'
kill -9 $$
E
decides 'a reviewer whose exit status counts has given no verdict when it is killed' "$unheard" v13 '.agents.reviewer.verdict = "exit-status"'
reviewer <<'E'
worker verdict approved; chmod 555 "$SESSION_INBOX/new"
E
decides 'an inbox whose mode was changed is a rejection' "$rejected" v14
is 'the reason of that rejection is on record' "$(rec review.json '.opinions[0].how')" 'beside the channel'
reviewer <<'E'
ln -s /etc/passwd "$SESSION_INBOX/new/m-aaaaaa"; worker verdict approved
E
decides 'what lies in the inbox and is no message is a rejection' "$rejected" v15
reviewer <<'E'
printf 'from\nstandard input\n' | worker verdict rejected -
E
decides 'findings come from standard input' "$rejected" v9
is 'findings from standard input are on record whole' \
    "$(rec review.json '.findings | rtrimstr("\n") | gsub("\n"; " ")')" 'from standard input'

# The wrong role.
role implementer <<'E'
echo x >x; worker verdict approved mine 2>"$T/$ITEM_ID.err"; echo $? >"$T/$ITEM_ID.rc"
for i in 002 003 004; do	# what the next run would have said
	mkdir -p "$SESSION_DIR/inbox/$i/new" "$SESSION_DIR/inbox/$i/tmp"
	echo '{"version":1,"kind":"verdict","verdict":"approved","findings":"forged"}' >"$SESSION_DIR/inbox/$i/new/m-aaaaaa"
done
E
reviewer <<'E'
E
decides 'a message planted for a later run is no verdict' "$unheard" w0 '.confine = "off"'
reviewer <<'E'
SESSION_INBOX=$SESSION_DIR/inbox/001 timeout 1 worker verdict approved 'as the implementer' 2>/dev/null; true
E
decides 'a message in a former inbox is no verdict' "$unheard" w1 '.confine = "off"'
is 'a verdict of the implementer at work is refused' "$(said rc)" 65
like 'the refusal of a verdict of the implementer at work has its reason' "$(said err)" 'verdict'
ok 'the approval of none is on record' test ! -e "$S/review.json"

# Presentation, defence, tech-lead.
implementer
defender
reviewer <<'E'
say steps "$ROLE.$STEP"; printf '%s\n' "$prompt" >"$T/$ITEM_ID.prompt.$ROLE.$SESSION_RUN"
case $prompt in *'It is right as it is.'*) worker verdict approved 'Convinced.' ;;
*) worker verdict rejected 'I doubt it.' ;; esac
E
session d1
work
is 'the implementer is resumed to present and to respond' "$(said steps | head -n 4 | paste -sd' ')" 'implement.1 present.1 reviewer.review respond.1'
like 'what it presents is kept' "$(cat "$S/presentation.md")" 'My case is good'
like 'the reviewer reads it' "$(cat "$T/d1.prompt.reviewer.003")" 'My case is good'
like 'the implementer hears the findings' "$(said prompt.respond.1)" 'I doubt it'
is 'without a tech-lead the reviewer decides about a defence' "$(ended)" "$approved,reviewer,APPROVED"
is 'the reviewer decides about a defence in a run of its own' "$(said steps | tail -n 1)" 'reviewer.decide'
is 'all opinions about a defence are on record' "$(opinions)" 'reviewer:rejected implementer:approved reviewer:approved'
role tech-lead <<'E'
say steps "$ROLE.$STEP"; printf '%s\n' "$prompt" >"$T/$ITEM_ID.prompt.$ROLE"; worker verdict approved 'The author is right.'
E
session d2
work
is 'a defence goes to the tech-lead' "$(ended)" "$approved,tech-lead,APPROVED"
is 'the tech-lead is asked last about a defence' "$(said steps | tail -n 1)" 'tech-lead.decide'
like 'the tech-lead hears the findings' "$(said prompt.tech-lead)" 'I doubt it'
like 'the tech-lead hears the defence' "$(said prompt.tech-lead)" 'It is right as it is'
role tech-lead <<'E'
worker verdict rejected 'The reviewer is right.'
E
decides 'a rejection of the tech-lead binds' "$rejected" d3
is 'a rejection of the tech-lead is on record' "$(opinions)" 'reviewer:rejected implementer:approved tech-lead:rejected'
role tech-lead <<'E'
echo fixed >work; git commit -qam 'Fix of the tech-lead'; [ "$ITEM_ID" != d5 ] || echo left >work; worker verdict approved 'Mended.'
E
session d4 '.gates = ["echo $(cat work) >>$T/gated"]'
work
is 'a tech-lead may repair the work' "$(ended)" "$approved,tech-lead,APPROVED"
is 'the verdict names the new commit' "$(git -C "$R" show "$(rec review.json .commit):work")" fixed
is 'the new commit of a tech-lead is the head of the branch' "$(rec review.json .commit)" "$(head_of)"
is 'after the tech-lead repaired the work the gates run again' "$(cat "$T/gated")" 'round 1
fixed'
session d5
work
commit=$(rec review.json .commit)
is 'the commit of a tech-lead is the one that is judged' "$(git -C "$R" log -1 --format=%s "$commit")" 'Fix of the tech-lead'
is 'review.json has an opinion of the tech-lead on that commit' "$(rec review.json '.opinions[-1] | .role + " " + .commit')" "tech-lead $commit"
is 'what a tech-lead did not commit is not in it, but saved' "$(git -C "$R" show "$commit:work" "refs/salvage/$ID:work" | paste -sd' ')" 'fixed left'
is 'a tech-lead gives its opinion when it made the commit, and again in a run that made none' \
    "$(rec review.json '[.opinions[] | select(.role == "tech-lead")] | length')" 2
role tech-lead <<'E'
echo fixed >>work; git commit -qam 'Fix of the tech-lead'; worker verdict approved 'Mended.'
E
session d7
work
is 'a tech-lead that changes the work each time that it approves it has approved nothing' "$(ended)" "$rejected,tech-lead,REJECTED"
session d6 '.gates = ["! grep fixed work"] | .rounds = 0'
work
is 'a gate that fails after the fix of a tech-lead is a rejection' "$(ended)" "$rejected,gates,REJECTED"
rm "$T/roles/tech-lead"
role implementer resume <<'E'
say steps "$STEP.$ROUND"
case $STEP in respond) worker verdict rejected 'True.' ;; present) ;; *) echo "round $ROUND" >work ;; esac
E
session c1 '.rounds = 1'
work
is 'an implementer that concedes reworks, resumed' "$(said steps | grep -v reviewer | paste -sd' ')" 'implement.1 present.1 respond.1 implement.2 present.2 respond.2'
is 'an implementer that concedes each time reworks until the rounds are used up' "$(ended)" "$rejected,rounds,REJECTED"
is 'a concession of the implementer is on record' \
    "$(rec review.json '[.opinions[] | select(.role == "implementer") | .verdict] | unique | join(" ")')" rejected

# Nobody but the tech-lead changes the work.
role implementer resume <<'E'
echo presented >>work; echo x >presented; git add .; git commit -qm Presented; echo y >left
E
reviewer <<'E'
ls >"$T/$ITEM_ID.ls"; cat work >>"$T/$ITEM_ID.ls"; worker verdict approved
E
session m1
work
is 'changes of a presenter are discarded' "$(said ls | paste -sd' ')" 'd1 d2 d3 work round 1'
is 'changes of a presenter are not in what is approved' \
    "$(ended),$(git -C "$R" ls-tree --name-only "$(rec review.json .commit)" | paste -sd' ')" "$approved,reviewer,APPROVED,d1 d2 d3 work"
ok 'changes of a presenter are saved' git -C "$R" cat-file -e "refs/salvage/$ID:left"
is 'only the commits of the implementer are on the branch' "$(git -C "$R" rev-list --count session/m1/1)" 2
rm "$T/roles/implementer.resume"
reviewer <<'E'
echo better >work; worker verdict approved 'I mended it.'
E
decides 'a reviewer that changes the work judges nothing' "$unheard" m2 '.confine = "off"'
is 'a change that a reviewer makes is discarded' "$(cat "$W/work"),$(git -C "$R" show session/m2/1:work)" 'round 1,round 1'
done_testing
