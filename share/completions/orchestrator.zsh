#compdef orchestrator
# SPDX-License-Identifier: GPL-2.0-or-later
# zsh completion for orchestrator(1), which prints the words: orchestrator complete -- WORD...

local line word what
local program=orchestrator	# a relative name may be a program of the worktree
[[ ${(Q)words[1]} != /* ]] || program=${(Q)words[1]}
local -a fits shown given
given=("${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}")
while IFS= read -r line; do
	word=${line%%$'\t'*} what=${line#*$'\t'}
	if [[ -n $word ]]; then
		fits+=("$word")
		shown+=("$word${what:+  -- $what}")
	elif [[ $what == directories ]]; then
		_files -/
		return
	else
		_files
		return
	fi
done < <(timeout 2 $program complete -- "${given[@]}" 2>/dev/null)
compadd -l -d shown -a fits
