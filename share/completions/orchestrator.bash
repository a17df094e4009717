# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# bash completion for orchestrator(1); commands, options, sessions and questions
# are asked of the program itself.

_orchestrator() {
	local cur prev command="" words i
	local -a global=()
	cur=${COMP_WORDS[COMP_CWORD]}
	prev=${COMP_WORDS[COMP_CWORD - 1]}
	COMPREPLY=()
	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		-C) global=(-C "${COMP_WORDS[i + 1]}"); i=$((i + 1)) ;;
		-*) ;;
		*) command=${COMP_WORDS[i]}; break ;;
		esac
	done
	if [[ -z $command ]]; then
		case $prev in
		-C) mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
		esac
		words="-C --json --help --version $(orchestrator --help 2>/dev/null |
		    sed -n '/^Commands:/,$s/^  \([a-z][a-z-]*\) .*/\1/p')"
	elif [[ $cur == -* ]]; then
		words=$(orchestrator "$command" --help 2>&1 | grep -oE -e '(^|[[ ])--?[a-zA-Z-]+' |
		    tr -d ' []' | sort -u)
	else
		case $command:$prev in
		*:--item) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
		*:--review) words="council gates none" ;;
		*:--source) words="none tasks beads streams" ;;
		*:--pause-before) words="foundation parallel integration" ;;
		*:--from | *:--out) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
		tasks:tasks)
			words=$(orchestrator tasks --help 2>/dev/null |
			    sed -n 's/.*orchestrator tasks \([a-z]\{1,\}\).*/\1/p') ;;
		*:--parallelizable) words="yes no" ;;
		*:--stream)
			words=$(orchestrator "${global[@]}" --json tasks list 2>/dev/null |
			    sed -n 's/^ *"path": *"\(.*\)".*/\1/p' | xargs -rd '\n' sed -n \
			    's/^ *"stream": *"\([^"]*\)".*/\1/p' 2>/dev/null | sort -u) ;;
		*:--max-parallel | *:--until) ;;
		salvage:salvage) words="list show restore" ;;
		tasks:show | tasks:resume | tasks:export | tasks:add | *:--list | \
		    execute:* | plan:* | dispatch-ready:* | generate:generate | generate:--force)
			words=$(orchestrator "${global[@]}" --json tasks list 2>/dev/null |
			    grep -oE 'tl-[a-z0-9]{8}' | sort -u) ;;
		tasks:* | dispatch:dispatch)
			words=$(orchestrator "${global[@]}" --json tasks list 2>/dev/null |
			    sed -n 's/^ *"id": *"\(tl-[^"]*\)".*/\1/p' | while read -r i; do
				orchestrator "${global[@]}" --json tasks show "$i" 2>/dev/null
			    done | sed -n 's/^ *"id": *"\([^"]*\)".*/\1/p' | grep -v '^tl-' | sort -u) ;;
		conflict-check:conflict-check | generate:--*)
			words=$(grep -ohE '"streamId": *"[^"]*"|"stream": *"[^"]*"' \
			    .orchestrator/orchestration-config.json .claude/orchestration/orchestration-config.json 2>/dev/null |
			    sed 's/.*"\(.*\)"/\1/' | sort -u) ;;
		conflict-check:*) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
		report:*)
			words=$(orchestrator "${global[@]}" --json status 2>/dev/null |
			    grep -oE 'instance-[-0-9a-f]{36}' | sort -u) ;;
		answer:session-* | answer:[!a]*)
			words=$(orchestrator "${global[@]}" --json questions 2>/dev/null |
			    grep -oE 'q-[a-z0-9]{6}' | sort -u) ;;
		status:* | answer:* | review:* | merge:* | adopt:* | logs:* | path:* | cancel:* | retry:* | salvage:*)
			words=$(orchestrator "${global[@]}" --json status 2>/dev/null |
			    grep -oE '"(session|item)": *"[^"]*"' | sed 's/.*"\(.*\)"/\1/' | sort -u)
			[[ $command != answer ]] || words="instance $words" ;;
		esac
	fi
	mapfile -t COMPREPLY < <(compgen -W "${words:-}" -- "$cur")
}
complete -F _orchestrator orchestrator
