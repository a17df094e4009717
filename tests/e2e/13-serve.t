#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# orchestrator serve: its replies to curl, the requests that it refuses, and the requests that need its token.
# shellcheck disable=SC2016 # the scripts are the agents'
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/serve.sh"
world_of_sessions || { tap 1 'the sessions of the test are there'; done_testing; }
serve || { tap 1 'the server of the test runs'; done_testing; }

#: Start and end.
like 'serve prints the address of its page with a token' "$(cat "$T/serve.url")" '^http://127\.0\.0\.1:[0-9]+/#[a-z0-9]{40,}$'
run orchestrator serve --port "${url##*:}"
like 'serve says what to do if its port is in use' "$status $err" '^69 .*port [0-9]+: Address already in use; choose another port with --port'
run orchestrator serve --listen nowhere.example
like 'an invalid address is refused' "$status $err" '^69 .*--listen nowhere\.example: not an address'
run orchestrator -C "$T" serve
like 'outside of a repository serve says so' "$status $err" '^66 .*git'
kill -TERM "$server"; wait "$server"
is 'SIGTERM ends the server' "$?" 143
is 'orchestrator and worker do not link libmicrohttpd' "$(for p in bin/orchestrator libexec/worker; do ldd "$O/$p"; done | grep -c microhttpd)" 0
serve

#: Sessions, questions and activity.
like '/health has a status and the time' "$(get /health)" '^\{"status":"ok","timestamp":"[0-9-]{10}T[0-9:.]{12}Z"\}$'
get /api/sessions >"$T/list"
is '/api/sessions lists the sessions as watch does, the most urgent first' \
    "$(jq -r '.sessions | map(.name) | join(" ")' "$T/list") $(orchestrator watch --once | sed -n 's/^ [?!>=-] \([a-z]*\) .*/\1/p' | paste -sd' ')" \
    'asks blocked works ready asks blocked works ready'
is '/api/sessions counts them' "$(jq -c .counts "$T/list")" '{"questions":1,"stopped":1,"stuck":0,"running":1,"ready":1,"over":0}'
is '/api/sessions names the repository' "$(jq -r .repository "$T/list")" r
is '/api/sessions has the members of an entry of status, without its target' \
    "$(jq -S '.sessions[] | select(.item == "ready") | del(.name, .urgency, .at, .note)' "$T/list")" \
    "$(orchestrator --json status | jq -S '.sessions[] | select(.item == "ready") | del(.target)')"
is '/api/sessions has the note of a session' "$(jq -r '.sessions[] | select(.item == "blocked").note' "$T/list")" 'No key here'
is '/api/questions is as orchestrator --json questions' "$(get /api/questions | jq -S .)" "$(orchestrator --json questions | jq -S .)"
get '/api/activity?active=true' >"$T/list"
is '/api/activity has the agents at work' "$(jq -c '[.totalActive, (.activities[] | select(.taskId == "works") |
    .agentId, .agentName, .taskTitle, .phase, .isActive, .activityDescription)]' "$T/list")" \
    '[2,"implementer","a","Work of works","implement",true,"-> Bash: npm test"]'
is '/api/activity takes a stream' "$(get '/api/activity?streamId=asks' | jq -c '.activities | map(.streamId)')" '["asks"]'
is 'a session is found by its item' "$(get /api/sessions/ready | jq -r .session)" "$(basename "$(session_of ready)")"
is 'a missing session is named in the error' "$(ask /api/sessions/nobody) $(error)" '404 there is no session nobody'
is 'an unknown path is an error' "$(ask /api/nothing) $(error)" '404 no such path'
is 'a path above the page is an error' "$(ask /../../etc/passwd --path-as-is) $(ask /%2e%2e/Makefile --path-as-is)" '404 404'
orchestrator cancel --yes works >/dev/null; over() { [ "$(get /api/sessions | jq .counts.over)" = 1 ]; }
ok 'a session that was cancelled is over' wait_for 8 over
is 'sessions that are over are listed with all=true' \
    "$(get '/api/sessions?all=true' | jq -r '.sessions | map(select(.urgency == "over").name) | join(" ")')" works

#: The manual.
is 'the manual describes each path' "$(sed -n 's/^\.It Cm \(GET\|POST\) \([^ ]*\).*/\1 \2/p' "$top/man/orchestrator-serve.1" | sort)" \
    "$(sed -n 's/^	{ "\([A-Z]*\)", "\([^"]*\)", serve_.*/\1 \2/p' "$top/orchestrator/serve/route.c" | sort)"

#: Log, change and council.
logged orchestrator dispatch --title Works works2; wait_for 8 session_of works2 >/dev/null
id=$(basename "$(session_of works2)"); log=$(session_of works2)/output.log
ok 'the agent of the log works' wait_for 8 grep -q 'npm test' "$log"
printf 'a line\n\033]0;title\007\377 <b>\nhalf' >>"$log"
get "/api/sessions/$id/log" >"$T/log"
is 'a log ends with a whole line' "$(jq -j .text "$T/log" | tail -n 1)" "$(printf '\033]0;title\007\357\277\275 <b>')"
is '?from= continues the log where the last part ended' \
    "$(printf ' more\n' >>"$log"; get "/api/sessions/$id/log?from=$(jq .to "$T/log")" | jq -c '[.text, .to == .size]')" '["half more\n",true]'
yes 'a line of the log that is rather long' | head -c 1000000 >>"$log"
is 'at most 256 KiB of a log are sent, from the beginning of a line' \
    "$(get "/api/sessions/$id/log" | jq -c '[(.text | length) <= 262144, (.text | startswith("a line of")), .to - .from > 262000]')" '[true,true,true]'
is 'an invalid ?from= is refused' "$(ask "/api/sessions/$id/log?from=%20+5") $(error)" '400 from is not a number'
mv "$log" "$log.old"; echo secret >"$T/secret"; ln -s "$T/secret" "$log"
is 'a log that is a link is not followed' "$(get "/api/sessions/$id/log" | jq -c '[.size, .text]')" '[0,""]'
rm "$log"; mkfifo "$log"
is 'a log that is a FIFO does not block the server' "$(get "/api/sessions/$id/log" | jq -c '[.size, .text]')" '[0,""]'
rm "$log"; mv "$log.old" "$log"
like 'the change is the output of orchestrator diff' "$(get /api/sessions/ready/diff | jq -r .text)" '^\+<script>document\.title=3</script>$'
is 'the council is the record of the review' "$(get /api/sessions/ready/council | jq -S .)" "$(jq -S . "$(session_of ready)/review.json")"

#: Events.
curl -sN --max-time 60 "$url/api/events" >"$T/events" & client=$!
ok 'a stream of events begins at once' wait_for 8 grep -q '^event: hello' "$T/events"
logged orchestrator dispatch --title New new
told() { sed -n 's/^data: //p' "$T/events" | jq -r '.sessions[]?' | grep -q "^session-$1-"; }
ok 'events name a new session' wait_for 8 told new
ok 'the new session is approved' wait_for 20 is_st new approved
echo x >>"$(session_of ready)/output.log"
ok 'events name a session whose log grows' wait_for 8 told ready
kill "$client"; wait "$client" 2>/dev/null
alone() { [ "$(find "/proc/$server/fd" -lname 'socket:*' | wc -l)" = 1 ]; }
ok 'the server notices that a client has gone before it sends anything' wait_for 8 alone
i=0; while [ $i -lt 26 ]; do curl -sN --max-time 60 "$url/api/events" >"$T/e.$i" & i=$((i + 1)); done
full() { [ "$(cat "$T"/e.* | grep -c '^event: hello') $(cat "$T"/e.* | grep -o 'the limit is [0-9]*' | sort | uniq -c | tr -s ' \n' ' ')" = "$1" ]; }
ok 'without the token 24 event streams are accepted' wait_for 8 full '24  2 the limit is 24 '
while [ $i -lt 36 ]; do curl -sN --max-time 60 -H "Authorization: Bearer $token" "$url/api/events" >"$T/e.$i" & i=$((i + 1)); done
ok 'requests with the token have 32 event streams' wait_for 8 full '32  2 the limit is 24 2 the limit is 32 '
is 'the server replies while all streams are taken' "$(ask /health)" 200
idle() {
	logged timeout -s INT 1 strace -qq -o "$T/strace" -p "$server"
	[ "$(grep -vc 'ppoll\|^---\|restart_syscall\|resumed\|detached' "$T/strace")" = 0 ]
}
ok 'a server whose clients wait makes no system call' wait_for 5 idle

#: Headers, and refused requests.
page=$(curl -si "$url/" | tr -d '\r')
for h in "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:;.* frame-ancestors 'none'" \
    'X-Content-Type-Options: nosniff' 'X-Frame-Options: DENY' 'Referrer-Policy: no-referrer' 'Cross-Origin-Resource-Policy: same-origin' \
    'Cache-Control: no-store'; do
	like "a reply has ${h%%:*}" "$page" "^$h"
done
is 'no reply allows pages of other sites to read it' "$(printf '%s\n' "$page" | grep -ci '^access-control')" 0
port=${url##*:}
is 'the names of this computer are known' "$(for n in localhost "localhost:$port" 127.0.0.1:1 '[::1]:80'; do ask /health -H "Host: $n"; done)" 200200200200
for n in evil.example "evil.example:$port" localhost.evil.example 127.0.0.1.evil.example 192.0.2.1 '['; do
	is "the host $n is refused" "$(ask /api/sessions -H "Host: $n")" 403
done
like 'a request without a host is refused' "$(ask /api/sessions -H 'Host:')" '^40[03]$'
is 'a request from the page of the server is accepted' "$(ask /api/sessions -H "Origin: $url")" 200
for n in http://evil.example "http://localhost:$port" "https://127.0.0.1:$port" http://127.0.0.1:1 null; do
	is "a page of ${n%:"$port"} is refused" "$(ask /api/sessions -H "Origin: $n")" 403
done
is 'an image on the page of another site runs no command' "$(ask /api/sessions/ready/diff -H 'Sec-Fetch-Site: cross-site')" 403
ready=/api/sessions/ready
is 'a merge needs the token' "$(ask $ready/merge -H 'Content-Type: application/json' -d '{}') $(error)" \
    '401 the request needs the token that orchestrator serve printed, in the header Authorization: Bearer TOKEN'
is 'a token that is not the printed one is refused' "$(for t in "${token}x" "${token%?}" "$(printf %s "$token" | tr a-y b-z)" ''; do
	ask $ready/merge -H "Authorization: Bearer $t" -H 'Content-Type: application/json' -d '{}'; done)" 401401401401
is 'a merge needs JSON, which no form can send' "$(ask $ready/merge -H "Authorization: Bearer $token" -d '{}') $(error)" \
    '415 the body must have the type application/json'
is 'the page of another site cannot merge, even with the token' "$(post $ready/merge '{}' -H 'Origin: http://evil.example')" 403
is 'GET does not merge' "$(ask $ready/merge) $(error)" '405 the path does not support this method'
is 'other methods are refused' "$(for m in PUT DELETE OPTIONS TRACE; do ask $ready -X $m; done)" 405405405405
is 'nothing was merged meanwhile' "$(st ready .status)" approved
head -c 70000 /dev/zero | tr '\0' x >"$T/large"
is 'a body that is too large is refused' "$(post $ready/tell "@$T/large")" 413
is 'a body without its members is refused' "$(post $ready/tell '[1]' ; post $ready/tell '{' ; post $ready/tell '{}'; post $ready/tell '{"text":""}')" 400400400400
like 'headers that are too large are refused' "$(ask /health -H "X-Large: $(head -c 60000 /dev/zero | tr '\0' x)")" '^4'

#: On another address reading needs the token as well.
kill "$server"; serve --listen 0.0.0.0
url=http://127.0.0.1:${url##*:}
is 'reading needs the token' "$(ask /api/sessions) $(ask /api/sessions -H "Authorization: Bearer $token") $(ask /api/events)" '401 200 401'
is 'the page itself and /health need no token' "$(ask /) $(ask /health)" '200 200'
is 'a request by address is accepted, a request by an unknown name is not' "$(ask /health -H 'Host: 192.0.2.1') $(ask /health -H 'Host: evil.example')" '200 403'

kill "$server"; serve --private
is 'reading on loopback needs the token after --private' "$(ask /api/sessions) $(ask /api/sessions -H "Authorization: Bearer $token")" '401 200'

#: Answering, telling and merging.
orchestrator --json questions >"$T/questions"
q=$(jq -r '.questions[] | select(.item == "asks").id' "$T/questions")
is 'the command refuses an answer that is no option, and says why' \
    "$(post /api/sessions/asks/answer "{\"question\":\"$q\",\"answer\":\"green\"}") $(jq -c '[.ok, .status]' "$T/body")" '409 [false,65]'
is 'an invalid question id is refused' "$(post /api/sessions/asks/answer '{"question":"--help","answer":"blue"}') $(error)" '400 question: not the id of a question'
is 'a question of another type is refused, and nothing answered' "$(post /api/sessions/asks/answer '{"question":5,"answer":"blue"}') $(error)" '400 question is no text'
is 'an unknown member is refused' "$(post /api/sessions/asks/answer '{"questoin":"q-1","answer":"blue"}') $(error)" '400 the body has an unknown member "questoin"'
like 'without a question only a blocked agent is answered' "$(post /api/sessions/asks/answer '{"answer":"blue"}') $(error)" '^409 .* is not blocked'
is 'an answer is accepted' "$(post /api/sessions/asks/answer "{\"question\":\"$q\",\"answer\":\"blue\"}") $(jq .ok "$T/body")" '200 true'
ok 'the agent continues with the answer' wait_for 20 is_st asks approved
is 'the agent has the answer' "$(git show session/asks/1:colour)" blue
like 'an answer to an earlier reason of a blocked agent is refused' \
    "$(post /api/sessions/blocked/answer '{"blocked":"No tea here","answer":"x"}') $(error)" '^409 .* is blocked by something else now'
is 'a blocked agent is answered without a question' "$(post /api/sessions/blocked/answer '{"blocked":"No key here","answer":"--a key; $(touch x) `touch x`"}')" 200
ok 'a blocked agent continues' wait_for 20 is_st blocked approved
logged orchestrator dispatch --title Works works3
ok 'the session for the message is running' wait_for 8 is_st works3 running
is 'a message is sent' "$(post /api/sessions/works3/tell '{"text":"-x be quick\nand careful"}')" 200
has_message() { jq -e '.. | .text? | select(. == "-x be quick\nand careful")' "$(session_of works3)/messages.json"; }
ok 'the agent has the message unchanged' wait_for 8 has_message
ask $ready/diff -H "Authorization: Bearer $token" >/dev/null; head=$(jq -r .head "$T/body")
is 'a change has the commit that it ends with' "$head" "$(field state.json .head ready)"
like 'work that has changed since it was read is not merged' "$(post /api/sessions/ready/merge "{\"head\":\"$(git rev-parse HEAD)\"}") $(error)" '^409 the work has changed'
is 'a merge is done' "$(post /api/sessions/ready/merge "{\"head\":\"$head\"}") $(jq -r .text "$T/body" | grep -c 'merged as')" '200 1'
is 'an archived session is found by its item' "$(ask $ready -H "Authorization: Bearer $token") $(jq -r '.archived, .status' "$T/body" | paste -sd' ')" '200 true merged'
is 'a port both in --listen and in --port is refused' "$(orchestrator serve --port 0 --listen 127.0.0.1:0 2>&1 | grep -c 'without a port')" 1
is 'the command refuses a merge with nothing to merge' "$(post /api/sessions/works3/merge '{}')" 409
own() { for f in /proc/"$server"/fd/*; do case $(readlink "$f") in socket:* | anon_inode:*) echo "/proc/$server/fdinfo/${f##*/}" ;; esac; done; }
# shellcheck disable=SC2046 # one file a word
is 'commands inherit no descriptor of the server' "$(grep -L '^flags:[[:space:]]*02' $(own))" ''
done_testing
