# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# shellcheck disable=SC2154
# Part of tests/bench/run: watch and serve with a thousand sessions, compared with cat of the same files.

median() { sort -n "$1" | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
# A row with the median of the samples in milliseconds, and a limit of so many.
within() { # NAME FILE MS
	plain "$1" "$(awk -v t="$(median "$2")" 'BEGIN { printf "%.1f ms", t / 1e6 }')" "$3 ms" \
	    "$(awk -v t="$(median "$2")" -v m="$3" 'BEGIN { printf "%.2f", t / 1e6 / m }')" 1
}
now() { date +%s%N; }

live() { # DISK MOUNT
	r=$2/live n=1000 rounds=$((full ? 20 : 7))
	export ORCHESTRATOR_HOME="$r/state"
	mkdir -p "$r"
	new_repo "$r/repo" 10
	orchestrator -C "$r/repo" dispatch --wait one --review none -- "$B/floor" agent >>"$T/log" 2>&1 || die "dispatch failed"
	from=$(orchestrator -C "$r/repo" path one)
	i=0
	while [ $i -lt $n ]; do
		i=$((i + 1)) to=${from%/*}/session-n$i-aaaaaa
		mkdir "$to"
		for f in state.json config.json item.json worker.lock output.log; do
			sed "s/${from##*/}/${to##*/}/g; s/\"one\"/\"n$i\"/g" "$from/$f" >"$to/$f"
		done
		[ $i = 19 ] || continue
		: >"$T/live.line"
		while [ "$(grep -c . "$T/live.line")" -lt 20 ]; do
			"$B/lanes" 1 1 1 orchestrator -C "$r/repo" status --line >>"$T/live.line" 2>/dev/null || die "status --line failed"
		done
	done
	for k in watch first told shown files; do : >"$T/live.$k"; done
	i=0
	while [ $i -lt $rounds ]; do
		i=$((i + 1))
		t=$("$B/lanes" 1 1 1 orchestrator -C "$r/repo" watch --once 2>/dev/null) || die "watch failed"
		echo "$t" >>"$T/live.watch"
		t=$("$B/lanes" 1 1 1 sh -c "cat '${from%/*}'/*/state.json '${from%/*}'/*/config.json" 2>/dev/null) || die "cat failed"
		echo "$t" >>"$T/live.files"
		rm -f "$r/url" && mkfifo "$r/url"
		t=$(now)
		orchestrator -C "$r/repo" serve --port 0 >"$r/url" 2>>"$T/log" & server=$!
		read -r url <"$r/url" || die "serve failed"
		curl -s "${url%/#*}/api/sessions" -o "$r/list" || die "serve does not reply"
		echo $(($(now) - t)) >>"$T/live.first"
		[ $i = $rounds ] || { kill $server; wait $server 2>/dev/null || :; }
	done
	[ "$(jq '.sessions | length' "$r/list")" = $((n + 1)) ] || die "the page has not all sessions"
	mkfifo "$r/events"
	curl -sN "${url%/#*}/api/events" >"$r/events" & client=$!
	exec 7<"$r/events"
	until read -r line <&7 && [ "$line" = 'event: hello' ]; do :; done
	i=0
	while [ $i -lt $rounds ]; do
		i=$((i + 1))
		sleep 0.3	# after a pause an event is sent without delay
		cp "${from%/*}/session-n$i-aaaaaa/state.json" "$r/new"
		t=$(now)
		mv "$r/new" "${from%/*}/session-n$i-aaaaaa/state.json"
		until read -r line <&7 && [ "$line" = 'event: change' ]; do :; done
		echo $(($(now) - t)) >>"$T/live.told"
		curl -s "${url%/#*}/api/sessions" -o "$r/list"
		echo $(($(now) - t)) >>"$T/live.shown"
	done
	exec 7<&-
	kill "$client" "$server"; wait "$client" "$server" 2>/dev/null || :
	within "status --line, 20 sessions" "$T/live.line" 5
	within "watch --once, $n sessions" "$T/live.watch" 300
	within "serve, from its start to all of $n sessions" "$T/live.first" 300
	plain "the same files, read by cat" "$(awk -v t="$(median "$T/live.files")" 'BEGIN { printf "%.1f ms", t / 1e6 }')" - - -
	within "serve, from a change to its event" "$T/live.told" 100
	within "serve, from a change to all of $n sessions again" "$T/live.shown" 100
	rm -rf "$r"
}
