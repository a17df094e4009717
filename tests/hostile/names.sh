# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC1003,SC2016,SC2034,SC2086,SC2154 # of the driver, and for it; lists of words
# Names of all kinds: as ids, on the command line and in directories, and as texts.
names() {	# one a line, as of printf's %b
	printf '%s\n' '../x' '../../outside/target' 'a/b' '/etc/passwd' '-rf' '--help' '--upload-pack=touch' '.' '..' '...' '.git' '' ' ' '*' 'CON' 'one.lock' 'ONE' 'Two' \
	    'a\nb' 'e\033]0;title\007\033[31m' 'c\302\2332J' '\342\200\256x' '\377\376' 'x\\000y' '$(touch ran)' '`touch ran`' ';touch ran' 'a|b' 'a:b' 'a@{0}' 'a~1' 'a^' 'a?' 'a[b' 'HEAD' 'refs/heads/main' \
	    "$(printf %0256d 1)" "$(printf %065d 1)" "$(printf %0100000d 1)" 'session-one' 'q-aaaaaa' 'tl-aaaaaa' '%s%n' '{item.id}' '\\' "'" '"'
}
case_world() { world_of_files && D=$(dirname "$(dirname "$S1")") && P=$(dirname "$D"); }
case_list() {
	_k=0; names | while read -r _; do _k=$((_k + 1)); for _how in word text entry; do echo "$_how $_k"; done; done
}
# The names in quotes, for the line of a loss.
case_one() {
	_name=$(printf '%b.' "$(names | sed -n "${2}p")"); _name=${_name%.}
	case $1 in
	word)
		for _c in status path logs review cancel retry merge report execute plan dispatch 'salvage show' 'salvage restore' 'tasks show' 'tasks start' 'tasks complete' 'tasks resume' \
		    'tasks export' conflict-check 'answer one' 'answer' 'dispatch --review none --item'; do
			case $_c in merge | cancel | retry | execute | plan | report) [ "$_name" ] || continue ;; esac
			case $_c in answer*) meet orchestrator $_c "$_name" x x ;; conflict-check) meet orchestrator $_c "$_name" "$_name" ;; *) meet orchestrator $_c "$_name" ;; esac
		done
		meet orchestrator -C "$_name" status
		meet orchestrator tasks create "$_name" --task "$_name: Title"
		meet orchestrator tasks add work "$_name: Title"
		meet orchestrator tasks add --depends-on "$_name" --stream "$_name" --agent-type "$_name" --allow "$_name" --output "$_name" work 'five: Five'
		meet worker run "$_name"
		for _c in ask summary progress 'verdict rejected' blocked; do meet worker $_c "$_name"; done
		;;
	text)
		meet orchestrator dispatch --wait --title "$_name" --description "$_name" --agent sh three "$_name"
		meet orchestrator answer two "$q" "$_name"
		meet orchestrator tasks add --title "$_name" --description "$_name" --acceptance "$_name" work 'four: x'
		meet_each 'status three' 'tasks show work' 'tasks export --markdown work' 'merge three' 'logs three'
		;;
	entry)
		for _d in "$P/claims" "$P/tasklists" "$P" "$D" "$D/isolated-sessions" "$D/archive" "$S2" "$S2/answers" "$S2/inbox" "$S2/inbox/001/new" "$S2/transcript" "$W/r/.worktrees"; do
			case $_name in '' | . | .. | */* | current) ;; *) (: >"$_d/$_name") 2>/dev/null || mkdir "$_d/$_name" 2>/dev/null ;; esac
		done
		meet_each 'tasks list' 'plan work' doctor
		;;
	esac
	place=$W/outside/none _put=none _kind=none
	one_place two '' ''
	[ -z "$(find "$W" "$T/home" -name ran -not -path '*/isolated-sessions/*')" ] || echo 'something was run'
	_why=$(cat "$T/wrong"); [ -z "$_why" ] || printf '(%s) ' "$(names | sed -n "${2}p" | cut -c 1-40)"
}
