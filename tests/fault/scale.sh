# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2016
# A thousand items, a hundred sessions at a time, which ask, are reviewed and merged, and of
# whose workers one in ten is killed while they wait.
. "$here/merge.sh"
: "${ITEMS:=$([ "$SAMPLE" = 0 ] && echo 1000 || echo 30)}" "${AT_ONCE:=100}"
asking() { [ "$(orchestrator --json questions | jq '.questions | length')" = "$1" ]; }
case_run() {
	settings ", \"agents\": { \"sh\": { \"command\": \"worker ask Which? >\$ITEM_ID.got; echo \$ITEM_ID >\$ITEM_ID\" },
	    \"judge\": { \"command\": \"worker verdict approved\" } }, \"roles\": { \"implementer\": \"sh\", \"reviewer\": \"judge\" },
	    \"answers\": { \"rules\": [ { \"match\": \".\", \"answer\": \"ruled\" } ] }" >"$T/world.log" 2>&1 &&
	    sed -i 's/"review": "gates", //' .orchestrator/config.json && git commit -qam Council
	_i=0 _killed=0
	while [ $_i -lt "$ITEMS" ]; do
		_batch=0
		while [ $_batch -lt "$AT_ONCE" ] && [ $_i -lt "$ITEMS" ]; do
			_i=$((_i + 1)) _batch=$((_batch + 1))
			orchestrator dispatch --now "i$_i" >"$T/dispatch.log" 2>&1 || sed "s/^/i$_i: /" "$T/dispatch.log"
		done
		wait_for 60 asking $_batch || echo 'not all ask'
		for _lock in "$W"/state/workspaces/*/instance-*/isolated-sessions/*/worker.lock; do
			next 10; [ "$pick" = 1 ] || continue
			# shellcheck disable=SC2046
			kill -9 $(sed -n 's/[^0-9]*\([0-9]*\)$/\1/p' "$_lock") && _killed=$((_killed + 1))
		done
		timeout 900 orchestrator execute --source none >"$T/execute.log" 2>&1 || echo "execute: $(tail -n 1 "$T/execute.log")"
	done
	wait_for 60 removed
	_n=$(git log --format=%s main | grep -c '^Merge i[0-9]*: ')
	[ "$_n" = "$ITEMS" ] || echo "$_n of $ITEMS are merged"
	[ "$(git log --format=%s main | grep '^Merge' | sort | uniq -d)" = '' ] || echo 'some are merged twice'
	[ "$(git ls-tree --name-only main | grep -c '^i[0-9]*$')" = "$ITEMS" ] || echo 'files are missing'
	repository_sound "$W/r"; nothing_left; none_left
	tried "$ITEMS items, $AT_ONCE sessions at once, $_killed workers killed"
}
