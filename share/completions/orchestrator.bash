# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# bash completion for orchestrator(1), which prints the words: orchestrator complete -- WORD...

_orchestrator() {
	local cur=${COMP_WORDS[COMP_CWORD]} line=$COMP_LINE word="" i
	local -a words=()
	local program=orchestrator	# a relative name may be a program of the worktree
	COMPREPLY=()
	# bash splits words at "=" and ":"; parts without a blank between them belong together.
	for ((i = 0; i <= COMP_CWORD; i++)); do
		if [[ $line == [[:blank:]]* || $i == 0 ]]; then
			words+=("")
			line=${line#"${line%%[![:blank:]]*}"}
		fi
		line=${line#"${COMP_WORDS[i]}"}
		words[${#words[@]} - 1]+=${COMP_WORDS[i]}
	done
	[[ $cur != [=:] ]] || cur=	# readline begins its word here
	[[ ${COMP_WORDS[COMP_CWORD]} || ! ${words[${#words[@]} - 1]} ]] || words+=("")
	[[ ${words[0]} != /* ]] || program=${words[0]}
	word=${words[${#words[@]} - 1]}
	word=${word%"$cur"}	# the part that bash does not replace
	for i in "${!words[@]}"; do words[i]=${words[i]//[\\\"\']/}; done
	while IFS=$'\t' read -r i _; do
		case $i in
		files) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); compopt -o filenames 2>/dev/null ;;
		directories) mapfile -t COMPREPLY < <(compgen -d -- "$cur"); compopt -o filenames 2>/dev/null ;;
		:*)	i=${i#:}
			i=${i#"$word"}
			case ${COMP_WORDS[COMP_CWORD]} in	# bash ends the quotes that the user has begun
			\'*) COMPREPLY+=("${i//\'/\'\\\'\'}") ;;
			\"*) [[ $i == *[\\\"\$\`]* ]] || COMPREPLY+=("$i") ;;
			*) COMPREPLY+=("$(printf %q "$i")") ;;
			esac ;;
		esac
	done < <(timeout 2 "$program" complete -- "${words[@]:1}" 2>/dev/null | sed 's/^[^\t]/:&/; s/^\t//')
}
complete -F _orchestrator orchestrator
