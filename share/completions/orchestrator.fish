# SPDX-License-Identifier: GPL-2.0-or-later
# fish completion for orchestrator(1), which prints the words: orchestrator complete -- WORD...

function __orchestrator_complete
    set -l words (commandline -opc)
    set -l program orchestrator # a relative name may be a program of the worktree
    string match -q '/*' -- $words[1]; and set program $words[1]
    set -l word (commandline -ct | string unescape)
    for line in (timeout 2 $program complete -- $words[2..-1] "$word" 2>/dev/null)
        switch $line
            case \tfiles
                __fish_complete_path "$word"
            case \tdirectories
                __fish_complete_directories "$word"
            case '*'
                printf '%s\n' $line
        end
    end
end
complete -c orchestrator -f -a '(__orchestrator_complete)'
