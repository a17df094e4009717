#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Completion: the words that the program offers, and completion in bash, zsh and fish themselves.
# shellcheck disable=SC2016 # names that a shell would expand
. "$(dirname "$0")/lib.sh"
flat() { tr -s ' \n\t' ' ' | sed 's/^ //;s/ $//'; }
# The words that are offered, without their descriptions.
words() { orchestrator complete -- "$@" 2>&1 | cut -f 1 | sort | flat; }
commands=$(orchestrator --help | sed -n '/^Commands:/,/^$/s/^  \([a-z][a-z-]*\) .*/\1/p' | sort)

# Sessions in each situation, and lists with names that a shell would expand.
new_repo "$T/r" && cd "$T/r" && mkdir .orchestrator && echo ours >f && cat >.orchestrator/config.json <<'J' || exit 1
{ "agents": { "a": { "command": ["sh", "-c", "case $ITEM_ID in asks) worker ask -o 'Good day' -o 'a$(touch owned)' -o \"$(printf 'esc\\033[31m')\" 'Which?' >a ;; works) cat >/dev/null; cat ;; clash) echo theirs >f ;; fails) exit 1 ;; *) echo x >$ITEM_ID ;; esac"] } },
  "roles": { "implementer": "a" }, "review": "none", "merge": { "on_conflict": "fail" } }
J
git add . && git commit -qm Settings
for item in ready clash fails gone; do logged orchestrator dispatch --wait $item; done
logged orchestrator merge gone
echo ours2 >f && git commit -qam 'Another change' && logged orchestrator merge clash
logged orchestrator dispatch asks && logged orchestrator wait asks
logged orchestrator dispatch works -- sh -c "cat '$T/.never'"
hostile='my list; $(touch owned) `touch owned` "x" & '"it's"
logged orchestrator tasks create "$hostile" --task 'shut: Shut the door' --task 'open: Open it'
logged orchestrator tasks create plain --task 'one: The first' --task 'two: The second'
logged orchestrator tasks complete one

#: Words of the table.
is 'completion offers the commands' "$(words '')" "$(echo "$commands" | flat)"
is 'completion does not offer itself' "$(words comp)" ''
# shellcheck disable=SC2086 # a command is one word or two
for c in '' dispatch execute status 'tasks edit' generate; do
	is "completion offers the options of ${c:-the program}" "$(words $c -)" \
	    "$(orchestrator $c --help | sed -n 's/^  \(-[^ ,]*\)\(, \(-[^ ]*\)\)\{0,1\} .*/\1 \3/p' | tr ' ' '\n' | grep . | sort | flat)"
done
is 'completion offers the options that begin with the word' "$(words dispatch --re)" --review
is 'completion offers the commands of tasks' "$(words tasks re)" 'remove rename reopen resume'
is 'completion offers the values of an option' "$(words execute --source '')" 'beads none streams tasks'
is 'completion offers the values of an option after "="' "$(words execute --source=b)" --source=beads
is 'completion offers the values of an abbreviated option' "$(words execute --so b)" beads
is 'completion offers the statuses' "$(words status --status a)" approved
is 'completion offers the topics of help' "$(words help tu)" tutorial
is 'completion describes what it offers' "$(orchestrator complete -- execut)" "$(orchestrator --help | sed -n 's/^  execute  *\(.*\)/execute	\1/p')"
is 'completion asks the shell for files and directories' "$(orchestrator complete -- generate --out '') $(orchestrator complete -- -C '') $(orchestrator complete -- dispatch x -- '')" \
    "$(printf '\tfiles \tdirectories \tfiles')"
is 'completion of an unknown command offers nothing' "$(words nothing '') $(words tasks nothing '')" ' '

#: Sessions that fit the command.
is 'completion of answer offers sessions with an open question' "$(words answer '')" asks
is 'completion of answer offers the question and its options' "$(words answer asks '')" "$(field questions.json '.questions[0].id' asks | sed "s/.*/Good day a\$(touch owned) &/")"
is 'completion of answer offers the options of a question' "$(words answer asks "$(field questions.json '.questions[0].id' asks)" G)" 'Good day'
is 'completion of answer offers no options where they would be the answer' "$(words answer asks -)$(words answer asks q-1 --he)" ''
is 'completion of merge offers approved sessions' "$(words merge '')" ready
is 'completion of merge does not offer a session twice' "$(words merge ready '')" ''
is 'completion of resolve offers sessions in conflict' "$(words resolve '')" clash
is 'completion of reject offers approved sessions' "$(words reject '')" ready
is 'completion of rework offers ended sessions that were not merged' "$(words rework '')" 'fails ready'
is 'completion of retry and discard offers ended sessions' "$(words retry '') $(words discard c)" 'clash fails clash'
for c in tell attach interrupt cancel; do is "completion of $c offers sessions at work" "$(words $c '')" 'asks works'; done
is 'completion of logs offers all sessions' "$(words logs '')" 'asks clash fails ready works'
is 'completion offers ids of sessions when the word begins as an id' "$(words logs session-re)" "$(basename "$(session_of ready)")"
is 'completion uses the repository of -C' "$(cd / && words -C "$T/r" merge '')" ready
is 'completion outside a repository offers nothing, and succeeds' "$(cd / && orchestrator complete -- merge '' 2>/dev/null; echo $?)" 0

#: Lists and their tasks.
is 'completion offers the names of lists' "$(orchestrator complete -- execute '' | cut -f 1 | sort)" "$(printf '%s\n' "$hostile" plain)"
is 'completion offers ids of lists when the word begins as an id' "$(words tasks show tl- | tr ' ' '\n' | grep -c '^tl-')" 2
is 'completion offers the tasks of a list' "$(words tasks depend --list plain '')" 'one two'
is 'completion of tasks complete offers open tasks' "$(words tasks complete --list plain '')" two
is 'completion of dispatch offers tasks to do' "$(words dispatch '')" 'open shut two'

#: Hostile files.
printf '{' >"$(session_of fails)/state.json"
is 'completion with a damaged session offers the others' "$(words logs c)" clash
is 'completion does not offer an option with control characters' "$(field questions.json '.questions[0].options | length' asks) $(words answer asks e)" '3 '

#: bash
cat >"$T/complete" <<'B'
. "$top/share/completions/orchestrator.bash"
COMP_LINE=$1; COMP_POINT=${#COMP_LINE}; shift
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _orchestrator; printf '%s\n' "${COMPREPLY[@]}"
B
in_bash() { bash "$T/complete" "$@" 2>&1; }
if command -v bash >/dev/null; then
	is 'bash completes commands' "$(in_bash 'orchestrator ' orchestrator '' | sort)" "$commands"
	is 'bash completes sessions' "$(in_bash 'orchestrator merge re' orchestrator merge re)" ready
	is 'bash completes a value after "="' "$(in_bash 'orchestrator execute --source=b' orchestrator execute --source = b)" beads
	is 'bash completes an empty value after "="' "$(in_bash 'orchestrator execute --source=' orchestrator execute --source = | flat)" 'none tasks beads streams'
	is 'bash completes files' "$(in_bash 'orchestrator generate --out .orch' orchestrator generate --out .orch)" .orchestrator
	is 'bash quotes what it would expand' "$(eval "printf %s $(in_bash 'orchestrator execute my' orchestrator execute my)")" "$hostile"
	is 'bash keeps quotes that were begun' "$(eval "printf %s '$(in_bash "orchestrator execute 'my" orchestrator execute "'my")'")" "$hostile"
	printf '#!/bin/sh\ntouch ran\n' >orchestrator; chmod +x orchestrator
	is 'bash does not run a program of the directory to complete its name' "$(in_bash './orchestrator merge re' ./orchestrator merge re) $(ls ran 2>/dev/null)" 'ready '
	rm -f orchestrator ran
	ok 'bash has expanded nothing' test ! -e owned
else
	skip 'bash completes' 'no bash'
fi

#: fish
in_fish() { fish --no-config -c "source $top/share/completions/orchestrator.fish; complete -C \"\$argv[1]\"" -- "$1" 2>&1 | cut -f 1 | sort | flat; }
if command -v fish >/dev/null; then
	is 'fish completes commands' "$(in_fish 'orchestrator ')" "$(echo "$commands" | flat)"
	is 'fish completes sessions' "$(in_fish 'orchestrator merge ')" ready
	is 'fish completes a value after "="' "$(in_fish 'orchestrator execute --source=b')" --source=beads
	is 'fish completes options of an answer' "$(in_fish 'orchestrator answer asks G')" 'Good day'
	is 'fish completes directories' "$(in_fish 'orchestrator -C .orch')" .orchestrator/
	is 'fish completes a name that it would expand' "$(in_fish 'orchestrator execute my')" "$hostile"
	ok 'fish has expanded nothing' test ! -e owned
else
	skip 'fish completes' 'no fish'
fi

#: zsh
if command -v zsh >/dev/null && command -v tmux >/dev/null; then
	mkdir "$T/z" && cp "$top/share/completions/orchestrator.zsh" "$T/z/_orchestrator" || exit 1
	echo "fpath=($T/z \$fpath); autoload -Uz compinit; compinit -u -d $T/z/dump; PS1='Z> '" >"$T/z/.zshrc"
	export TMUX_TMPDIR="$T"
	unset TMUX COLUMNS
	tm() { LC_ALL=C.UTF-8 TERM=xterm tmux -L zsh -f /dev/null "$@"; }
	shown() { tm capture-pane -p -t zsh | grep -Fq -e "$1"; }
	sees() { wait_for 8 shown "$1" || { tm capture-pane -p -t zsh; return 1; }; }
	types() { tm send-keys -t zsh C-u C-l && tm send-keys -t zsh -l "$1" && tm send-keys -t zsh Tab; }
	logged tm new-session -d -s zsh -x 160 -y 40 -c "$T/r" "ZDOTDIR='$T/z' zsh -i"
	ok 'zsh shows its prompt' sees 'Z>'
	types 'orchestrator merg' && ok 'zsh completes a command' sees 'Z> orchestrator merge'
	types 'orchestrator merge ' && ok 'zsh completes a session' sees 'merge ready'
	types 'orchestrator execute --source=b' && ok 'zsh completes a value after "="' sees '--source=beads'
	types 'orchestrator dis' && ok 'zsh shows descriptions' sees 'dispatch  -- start a session for an item'
	types 'orchestrator -C .orch' && ok 'zsh completes directories' sees '.orchestrator/'
	types 'orchestrator execute my' && ok 'zsh quotes what it would expand' sees 'my\ list\;\ \$\(touch\ owned\)\ \`touch\ owned\`\ \"x\"\ \&'
	ok 'zsh has expanded nothing' test ! -e owned
	tm kill-server
else
	skip 'zsh completes' 'no zsh or no tmux'
fi
done_testing
