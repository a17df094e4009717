#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Notices of execute: hooks.on_event and notices.
# shellcheck disable=SC2016 # the scripts are the agents'
. "$(dirname "$0")/lib.sh"

mkdir "$T/bin"
cat >"$T/bin/notify-send" <<'E'
#!/bin/sh
printf '%s|' "$@" >>"$T/desktop"
echo >>"$T/desktop"
E
printf '#!/bin/sh\ncat >>"$T/heard"\n' >"$T/bin/hear"
chmod +x "$T/bin/notify-send" "$T/bin/hear"
PATH=$T/bin:$PATH
cat >"$T/agent" <<'E'
case $ITEM_ID in
ask) worker ask 'Which <b>colour</b> \074i\076?' >ask ;;
bad) exit 1 ;;
*) echo x >"$ITEM_ID" ;;
esac
E
new_repo "$T/r" && cd "$T/r" && mkdir .orchestrator || exit 1
settings() {
	echo "{ \"agents\": { \"sh\": { \"command\": \"sh $T/agent\" } }, \"roles\": { \"implementer\": \"sh\" }, \"review\": \"none\",
	    \"stop_grace\": 1, \"hooks\": { \"on_event\": $1 }, \"notices\": $2 }" >.orchestrator/config.json
	git add . && git commit -qm Settings
}
heard() { jq -r 'select(.session | startswith("'"session-$1-"'")) | "\(.event) \(.text)"' "$T/heard"; }
number() { jq -r '[.session, .event] | join(" ")' "$T/heard" | grep -c "$1"; }
is_status() { [ "$(field state.json .status "$1")" = "$2" ]; }

settings '"hear"' '{ "desktop": true }'
for i in good bad ask; do logged orchestrator dispatch $i; done
wait_for 30 test -s "$(session_of ask)/questions.json"
orchestrator execute >"$T/out" 2>&1 & execute=$!
ok 'the command of hooks.on_event gets a question' wait_for 30 grep -q asked "$T/heard"
logged orchestrator answer ask red
wait $execute
is 'an approval and a merge are notices' "$(heard good | sed 's/ .*//' | sort -u | paste -sd' ')" 'approved merged'
like 'a failure is a notice with its reason' "$(heard bad)" '^failed .*exit status 1'
like 'a question is a notice with its text' "$(heard ask)" '^asked .*Which <b>colour</b>'
like 'the end of execute is a notice that counts what was merged' "$(jq -r 'select(.event == "done").text' "$T/heard")" '^2 of 3 merged'
is 'each notice is one line of JSON with a time' "$(jq -e '.at' "$T/heard" | wc -l)" "$(wc -l <"$T/heard")"
is 'each notice is sent once' "$(number . )" "$(jq -r '[.session, .event] | join(" ")' "$T/heard" | sort -u | wc -l)"
like 'notify-send gets the text of an agent without markup' "$(cat "$T/desktop")" 'Which &lt;b&gt;colour&lt;/b&gt; \\\\074i\\\\076?'
like 'notify-send gets words of an agent as operands' "$(cat "$T/desktop")" '^-a|orchestrator|--|session-ask-[^|]*: asked|'
orchestrator execute >"$T/out" 2>&1
is 'a notice of an earlier run is not sent again' "$(number 'bad.* failed')" 1

# What happened while no execute was running is news.
rm "$T/heard"
logged orchestrator dispatch late
wait_for 30 is_status late approved
orchestrator execute >"$T/out" 2>&1
is 'what ended before execute began is a notice' "$(heard late | sed 's/ .*//' | sort -u | paste -sd' ')" 'approved merged'

# Quiet hours cover the time from now on.
rm "$T/heard"
settings '"hear"' "{ \"quiet\": \"$(date -d '-2 hours' +%H:%M)-$(date -d '+2 hours' +%H:%M)\" }"
logged orchestrator dispatch night
orchestrator execute >"$T/out" 2>&1
ok 'quiet hours hold notices back' not test -e "$T/heard"
settings '"hear"' '{}'
orchestrator execute >"$T/out" 2>&1
held() { jq -r 'select(.event == "held").text' "$T/heard"; }
like 'the next execute after the quiet hours says how many notices were held back' "$(held)" '^[23] notices were held back; '
rm "$T/heard"
orchestrator execute >"$T/out" 2>&1
is 'notices that were held back are counted once' "$(held)" ''
like 'quiet hours hold back no merge' "$(git log --format=%s main)" night

settings '["sh", "-c", "echo wrong >&2; exit 3"]' '{}'
logged orchestrator dispatch wrong
orchestrator execute >"$T/out" 2>&1
like 'a command of hooks.on_event that fails is a warning with its words' "$(cat "$T/out")" 'hooks.on_event: sh: exit status 3: wrong'
is 'a command of hooks.on_event that fails keeps nothing from being merged' "$(git log --format=%s main | grep -c "item wrong\|^wrong")" 1
settings '"hear"' '{ "quiet": "22-7" }'
run orchestrator execute
like 'quiet hours that are no times are an error that shows how to write them' "$err" 'notices.quiet.*"22:00-07:00"'
done_testing
