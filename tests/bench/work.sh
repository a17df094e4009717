# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# shellcheck disable=SC2154
# Task lists, the choice of the next task, the loop, a list worked off, and the list of sessions: of tests/bench/run.

list_of() { # TASKS DETAILS: a file for tasks create; twice as many dependencies, and once more text
	awk -v n="$1" -v more="$2" 'BEGIN {
		printf "{\"tasks\":["
		for (i = 1; i <= n; i++) {
			printf "%s{\"id\":\"task-%d\",\"title\":\"Task number %d of many\"", (i > 1 ? "," : ""), i, i
			if (more)
				printf ",\"description\":\"What is to be done in it, in a sentence or two.\"," \
				    "\"allowed_paths\":[\"src/module%d/**\"]", i
			d = i == 2 ? "\"task-1\"" : ""
			if (i > 2)
				d = "\"task-" int(i / 2) "\",\"task-" (i > 100 ? i - 97 : i - 1) "\""
			if (i > n - 3)
				d = d ",\"task-5\""
			printf ",\"depends_on\":[%s]}", d
		}
		printf "]}" }'
}
tasks() { # DISK MOUNT
	r=$2/tasks
	export ORCHESTRATOR_HOME="$r/state"
	mkdir -p "$r"
	new_repo "$r/repo" 10
	for more in 0 1; do
		[ $more = 1 ] && name=', paths and descriptions' || name=
		list_of 10000 $more >"$r/in.json"
		orchestrator -C "$r/repo" tasks create many --from "$r/in.json" >>"$T/log" 2>&1 ||
		    die "tasks create failed"
		file=$(echo "$r"/state/workspaces/*/tasklists/tl-????????.json)
		[ "$(jq '[.tasks[].depends_on // [] | length] | add' "$file")" = 20000 ] ||
		    die "the list has not 20000 dependencies"
		for what in 'tasks show' plan '--json tasks show' '--json plan'; do
			key=tasks-$more-$(echo "$what" | tr -dc '[:lower:]')
			: >"$T/$key.ours"; : >"$T/$key.limit"
			i=0
			while [ $i -le $((full ? 20 : 7)) ]; do
				# shellcheck disable=SC2086
				t=$("$B/lanes" 1 1 1 orchestrator -C "$r/repo" $what 2>/dev/null) || die "$what failed"
				[ $i = 0 ] || echo "$t" >>"$T/$key.ours"
				t=$("$B/lanes" 1 1 1 jq . "$file" 2>/dev/null) || die "jq failed"
				[ $i = 0 ] || echo "$t" >>"$T/$key.limit"
				i=$((i + 1))
			done
			row "$what, 10000 tasks$name, and jq ." "$key" 1
		done
		rm -rf "$r/state"
	done
	rm -rf "$r"
}

instructions() { # COMMAND...: of one call of what it measures (tests/bench/count.h), and more lines of it
	"$@" >"$T/count" 2>>"$T/log" || die "$*"
	read -r n calls <"$T/count"
	if [ "$n" = - ]; then
		valgrind --tool=callgrind --callgrind-out-file=/dev/null --collect-atstart=no \
		    --toggle-collect='measured*' "$@" >>"$T/log" 2>"$T/callgrind" || die "callgrind of $*"
		n=$(sed -n 's/.*Collected : //p' "$T/callgrind")
	fi
	[ "${n:-0}" -gt 0 ] || die "nothing was counted of $*"
	echo $((n / calls))
}
can_count() { # NAME
	"$B/next" 8 | grep -q -- - || { counter=processor; return 0; }
	counter=callgrind
	command -v valgrind >/dev/null || { skip "$1" "no hardware counter, and no valgrind"; return 1; }
}
against() { # NAME COUNT COUNT-OF-FEW FEW AIM
	plain "$1" "$2 instr." "$3 instr. ($4)" "$(awk -v a="$2" -v b="$3" 'BEGIN { printf "%.2f", a / b }')" "$5"
}
next() {
	can_count "the next of 10000 tasks" || return 0
	note "instructions are counted by the $counter"
	few=$(instructions "$B/next" 100)
	for n in 1000 10000; do
		against "a task completes, the next is chosen, of $n" "$(instructions "$B/next" $n)" "$few" 100 1.1
	done
}

loop() { # DISK MOUNT
	can_count "events of sessions" || return 0
	note "instructions are counted by the $counter"
	for n in 10 100 1000 $([ "$full" = 0 ] || echo 10000); do
		r=$2/loop$n
		mkdir "$r"
		mkfifo "$r/ready"
		ORCHESTRATOR_HOME="$2/loop/state" "$B/events" prepare "$r" "$n" >"$r/ready" 2>>"$T/log" &
		holder=$!
		read -r word <"$r/ready" || word=
		[ "$word" = ready ] || die "the sessions were not made"
		for what in count flow cache; do
			case $what in
			count) name="event of a session, $n sessions" ;;
			flow) name="event of a session, $n sessions of a task list" ;;
			cache) name="orchestrator.json of $n sessions" ;;
			esac
			i=$(instructions "$B/events" $what "$r" "$n")
			[ "$n" != 10 ] || eval "few_$what=$i"
			if [ $what = cache ]; then
				# By itself, without the counter.
				"$B/events" cache "$r" "$n" >"$T/count" 2>>"$T/log" || die "events cache"
				sed -n 2p "$T/count" | { read -r took waits; plain "$name" "$took ms" \
				    "every $waits ms" "$(awk -v t="$took" -v w="$waits" 'BEGIN { printf "%.3f", t / (t + w) }')" 0.05; }
			else
				eval "f=\$few_$what"
				against "$name" "$i" "$f" 10 1.1
			fi
		done
		kill $holder
		wait $holder 2>/dev/null || :
		rm -rf "$r"
	done
}

flow() { # DISK MOUNT
	r=$2/flow
	export ORCHESTRATOR_HOME="$r/state"
	mkdir -p "$r/repo/.orchestrator"
	printf '{"review":"none","agents":{"noop":{"command":"%s agent"}},"roles":{"implementer":"noop"}}' \
	    "$B/floor" >"$r/repo/.orchestrator/config.json"
	new_repo "$r/repo" 10
	n=$((full ? 100 : 40))
	awk -v n=$n 'BEGIN { printf "{\"tasks\":["; for (i = 1; i <= n; i++)
		printf "%s{\"id\":\"i%d\",\"allowed_paths\":[\"i%d\"]}", (i > 1 ? "," : ""), i, i
		print "]}" }' | sed 's/"id":\("[^"]*"\)/&,"title":\1/g' >"$r/in.json"
	orchestrator -C "$r/repo" tasks create noop --from "$r/in.json" >>"$T/log" 2>&1 || die "tasks create failed"
	"$B/split" orchestrator -C "$r/repo" execute noop >"$T/split" 2>>"$T/log" || die "execute failed"
	no_trash "$r/repo"
	check_repo "$r/repo" $n
	grep -q "^orchestrator " "$T/split" || die "nothing was measured"
	awk '/^(orchestrator|git|other) [0-9]+ [0-9]+$/ { t[$1] = $2; n[$1] = $3 }
	    END { print t["orchestrator"], n["orchestrator"], t["git"], n["git"], t["other"] }' "$T/split" | {
		read -r own owns git gits other
		plain "processor time of $n no-op items, 4 at a time, and of git" "$(awk -v t="$own" 'BEGIN { printf "%.1f", t / 1e6 }') ms" \
		    "$(awk -v t="$git" 'BEGIN { printf "%.1f", t / 1e6 }') ms" "$(awk -v a="$own" -v b="$git" 'BEGIN { printf "%.2f", a / b }')" 0.1
		note "$owns processes of orchestrator, $gits of its git; workers and what they run $(awk -v t="$other" 'BEGIN { printf "%.1f", t / 1e6 }') ms"
	}
	rm -rf "$r"
}

# The sessions of months, of which some ended today; all are copies of one.
list() { # DISK MOUNT
	r=$2/list
	export ORCHESTRATOR_HOME="$r/state"
	mkdir -p "$r"
	new_repo "$r/repo" 10
	orchestrator -C "$r/repo" dispatch --wait one --review none -- "$B/floor" agent >>"$T/log" 2>&1 || die "dispatch failed"
	orchestrator -C "$r/repo" merge one >>"$T/log" 2>&1 || die "merge failed"
	from=$(echo "$r"/state/workspaces/*/instance-*/archive/session-one-*)
	(cd "${from%/*}" && seq -f session-n%.0f-aaaaaa 10000 19999 | xargs mkdir
	for f in state.json config.json worker.lock; do
		awk -v f=$f -v old="${from##*/}" '{ text = text $0 "\n" } END { for (i = 10000; i < 20000; i++) {
			copy = text; new = "session-n" i "-aaaaaa"
			gsub(old, new, copy); gsub("\"one\"", "\"n" i "\"", copy)
			printf "%s", copy >(new "/" f); close(new "/" f) } }' "$from/$f"
	done
	seq -f session-n%.0f-aaaaaa 10100 19999 | xargs touch -d '2 days ago')
	orchestrator -C "$r/repo" status | grep -qx '101 merged today, 9900 earlier .*' || die "status does not count the sessions"
	: >"$T/list.ours"; : >"$T/list.limit"
	i=0
	while [ $i -le $((full ? 20 : 7)) ]; do
		t=$("$B/lanes" 1 1 1 orchestrator -C "$r/repo" status 2>/dev/null) || die "status failed"
		[ $i = 0 ] || echo "$t" >>"$T/list.ours"
		t=$("$B/lanes" 1 1 1 find "${from%/*}" -maxdepth 1 -newermt yesterday 2>/dev/null) || die "find failed"
		[ $i = 0 ] || echo "$t" >>"$T/list.limit"
		i=$((i + 1))
	done
	row "status, 10000 sessions, 100 of today, and find" list -
	plain "the same, within" "$(sort -n "$T/list.ours" | awk '{ v[NR] = $1 } END { printf "%.1f ms", v[int((NR + 1) / 2)] / 1e6 }')" \
	    "200 ms" "$(sort -n "$T/list.ours" | awk '{ v[NR] = $1 } END { printf "%.2f", v[int((NR + 1) / 2)] / 2e8 }')" 1
	rm -rf "$r"
}
