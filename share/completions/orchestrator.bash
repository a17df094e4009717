# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# bash completion for orchestrator(1).  Commands, options, the words that an option takes and the
# names of arguments are read from --help; sessions, tasks and the like are asked of the program.

# What there is of a kind of argument, by the name that usage and --help give it.
_orchestrator_words() {	# ARGUMENT
	case $1 in
	LIST | PROJECT)
		_orchestrator_ask tasks list | grep -oE 'tl-[a-z0-9]{8}' ;;
	ITEM | TASK | ON)
		_orchestrator_words LIST | sort -u | while read -r i; do _orchestrator_ask tasks show "$i"; done |
		    sed -n 's/^ *"id": *"\([^"]*\)".*/\1/p' | grep -v '^tl-' ;;
	STREAM)
		_orchestrator_ask tasks list | sed -n 's/^ *"path": *"\(.*\)".*/\1/p' | xargs -rd '\n' sed -n \
		    's/^ *"stream": *"\([^"]*\)".*/\1/p' 2>/dev/null
		grep -ohE '"streamId": *"[^"]*"|"stream": *"[^"]*"' .orchestrator/orchestration-config.json \
		    .claude/orchestration/orchestration-config.json 2>/dev/null | sed 's/.*"\(.*\)"/\1/' ;;
	SESSION)
		[[ $command != answer ]] || echo instance
		_orchestrator_ask status | grep -oE '"(session|item)": *"[^"]*"' | sed 's/.*"\(.*\)"/\1/' ;;
	INSTANCE) _orchestrator_ask status | grep -oE 'instance-[-0-9a-f]{36}' ;;
	QUESTION) _orchestrator_ask questions | grep -oE 'q-[a-z0-9]{6}' ;;
	TOPIC) orchestrator --help 2>/dev/null | sed -n '/^Commands:/,$s/^  \([a-z][a-z-]*\) .*/\1/p'
		printf '%s\n' security session streams tasklist worker ;;
	esac
}

_orchestrator_ask() { orchestrator "${global[@]}" --json "$@" 2>/dev/null; }

# The argument of an option as --help names it: nothing when it takes none.
_orchestrator_argument() {	# OPTION
	[[ $1 == -* && $1 != *=* ]] || return
	sed -n "s/^  \(-[a-z], \)\{0,1\}$1 \([A-Z'][^ ]*\) .*/\2/p" <<<"$help"
}

_orchestrator() {
	local cur prev command="" path="" help argument="" words="" i operands=0
	local -a global=()
	cur=${COMP_WORDS[COMP_CWORD]}
	prev=${COMP_WORDS[COMP_CWORD - 1]}
	COMPREPLY=()
	help=$(orchestrator --help 2>/dev/null)
	words=$(sed -n '/^Commands:/,$s/^  \([a-z][a-z-]*\) .*/\1/p' <<<"$help")
	for ((i = 1; i < COMP_CWORD; i++)); do
		if [[ ${COMP_WORDS[i]} == -* ]]; then
			[[ ${COMP_WORDS[i]} != -C ]] || global=(-C "${COMP_WORDS[i + 1]}")
			[[ -z $(_orchestrator_argument "${COMP_WORDS[i]}") ]] || i=$((i + 1))
		elif [[ -n $words ]]; then	# a command, or one of its own commands
			[[ $command ]] || command=${COMP_WORDS[i]}
			path="$path ${COMP_WORDS[i]}"
			# shellcheck disable=SC2086 # one word or two
			help=$(orchestrator $path --help 2>/dev/null)
			words=$(sed -n "s/^[u ].* orchestrator$path \([a-z][a-z-]*\).*/\1/p" <<<"$help")
		else
			operands=$((operands + 1))
		fi
	done
	argument=$(_orchestrator_argument "$prev")
	if [[ $argument ]]; then
		words=$(sed -n "s/^  \(-[a-z], \)\{0,1\}$prev .*(\(.* | .*\))\$/\2/p" <<<"$help" | tr -d '|')
	elif [[ $cur == -* ]]; then
		words=$(sed -n 's/^  \(-[^ ,]*\)\(, \(-[^ ]*\)\)\{0,1\} .*/\1 \3/p' <<<"$help")
	elif [[ -z $words ]]; then
		argument=$(sed -n 's/\[-[^]]*\]\(\.\.\.\)\{0,1\}//g; s/^usage: orchestrator[-a-z ]*//p' <<<"$help" |
		    tr -s ' []' '\n' | sed -n "/./p" | sed -n "$((operands + 1))p;\$p" | head -n 1)
	fi
	case $argument in
	DIR) mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
	FILE | PATH | GLOB | ...) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
	?*) words=${words:-$(_orchestrator_words "$argument" | sort -u)} ;;
	esac
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
}
complete -F _orchestrator orchestrator
