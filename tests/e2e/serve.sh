# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# For the tests of orchestrator serve, after lib.sh: a server of the repository in the current directory, a client, and
# an agent that asks, works, is blocked, or finishes, by its item.
# shellcheck disable=SC2034 # used by the tests
command -v curl >/dev/null || { tap 1 'curl is installed: make deps'; done_testing; }

serve() {	# [OPTION...]: sets $server, $url, $token
	: >"$T/serve.url"
	orchestrator serve --port 0 "$@" >"$T/serve.url" 2>"$T/serve.err" & server=$!
	wait_for 8 test -s "$T/serve.url" || { cat "$T/serve.err"; return 1; }
	url=$(sed 's,/#.*,,' "$T/serve.url") token=$(sed 's,.*/#,,' "$T/serve.url")
}
get() { curl -s --max-time 20 "$url$1"; }
# The status of the reply; its body is in $T/body, its headers in $T/headers.
ask() { _path=$1; shift; curl -s --max-time 20 -o "$T/body" -D "$T/headers" -w '%{http_code}' "$@" "$url$_path"; }
post() {	# PATH JSON [CURL OPTION...]
	_post=$1 _json=$2; shift 2
	ask "$_post" -H "Authorization: Bearer $token" -H 'Content-Type: application/json' -d "$_json" "$@"
}
error() { jq -r .error "$T/body"; }
st() { orchestrator --json status "$1" | jq -r "$2"; }
is_st() { [ "$(st "$1" .status)" = "$2" ]; }

world_of_sessions() {
	cat >"$T/agent" <<'E'
prompt=$(cat)
case $ITEM_ID,$prompt in
asks,*) worker ask -o red -o blue "Which <img src=x onerror='document.title=1'> colour?" >colour ;;
blocked,*'The answer of a person'*) echo x >blocked ;;
blocked,*) worker blocked 'No key here' ;;
works*,*) printf 'line %s of the log\n' $(seq 200); printf '\033[31mred\033]0;title\007 <script>document.title=2</script> \342\200\256\n'
	echo '-> Bash: npm test'
	while read -r line; do eval "$line"; done <"$T/orders" ;;
*) printf '%s\n' '<script>document.title=3</script>' >"$ITEM_ID" ;;
esac
E
	mkfifo "$T/orders" && exec 8<>"$T/orders"
	new_repo "$T/r" && cd "$T/r" && mkdir .orchestrator && cat >.orchestrator/config.json <<-E || exit 1
	{ "agents": { "a": { "command": "sh $T/agent" } }, "roles": { "implementer": "a" }, "review": "gates", "gate_tries": 0,
	  "max_parallel": 9, "gates": [ { "name": "g", "command": "true" } ] }
	E
	git add . && git commit -qm Settings
	for i in asks works ready blocked; do logged orchestrator dispatch --title "Work of $i" $i; done
	wait_for 20 is_st ready approved && wait_for 20 is_st blocked failed && wait_for 20 is_st asks waiting &&
	    wait_for 20 grep -q 'npm test' "$(session_of works)/output.log"
}
