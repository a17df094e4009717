#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Messages of commits by template.
. "$(dirname "$0")/lib.sh"
cd "$T" && new_repo r && cd r || exit 1
mkdir .orchestrator
cat >.orchestrator/config.json <<'E'
{ "agents": { "critic": { "command": "echo fine | worker verdict approved -" } },
  "roles": { "reviewer": "critic" },
  "commit_message": "{title}\n\nItem: {item}\nRefs: {urls}",
  "merge": { "message": "{item}: {subject}\n\nCloses: {urls}\nReviewed-by: {reviewers}\nReview: {review}\nSigned-off-by: {user}\nInto: {target}" } }
E
git add . && git commit -qm settings
user="$(git config user.name) <$(git config user.email)>"

orchestrator tasks create work --task 'one: The first one' >/dev/null
run orchestrator tasks edit --url https://example.com/1 --url https://example.com/2 one
is 'a task has addresses' "$status $(orchestrator --json tasks show work | jq -c '.tasks[0].urls')" '0 ["https://example.com/1","https://example.com/2"]'
run orchestrator tasks edit --url "two$(printf '\n')words or more" one
is 'an address with blanks is refused' "$status" 65
logged orchestrator dispatch --wait one -- sh -c 'echo 1 >f
printf "Did it.\nReviewed-by: forged\n" | worker summary -'
is 'commit_message makes the message of what an agent left uncommitted' "$(git log -1 --format=%B session/one/1)" 'The first one

Item: one
Refs: https://example.com/1
Refs: https://example.com/2'
logged orchestrator merge one
is 'merge.message makes the message of a merge, with a line for each value' "$(git log -1 --format=%B main)" "one: Did it.

Closes: https://example.com/1
Closes: https://example.com/2
Reviewed-by: critic (reviewer)
Signed-off-by: $user
Into: main"
is 'git reads the trailers of a merge' "$(git log -1 --format='%(trailers:key=Closes,valueonly,separator=%x2C)' main)" \
    'https://example.com/1,https://example.com/2'
logged orchestrator dispatch --review none --wait two -- sh -c 'echo 2 >f2'
logged orchestrator merge two
is 'a line of merge.message with an empty variable is left out' "$(git log -1 --format=%B main)" "two: two

Review: none
Signed-off-by: $user
Into: main"
for key in merge.message commit_message; do
	jq --arg key "$key" 'setpath($key / "."; "{itm}: x")' <.orchestrator/config.json >"$T/config" && cp "$T/config" .orchestrator/config.json
	git commit -qam "$key" && run orchestrator dispatch --review none other -- true
	like "an unknown variable in $key is refused, with the nearest" "$status $err" \
	    "^78 .*config.json.*\"$key\": unknown variable \"itm\"; did you mean \"item\"\?"
	git reset -q --hard HEAD^
done
done_testing
