# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2034,SC2154 # $wanted is for the cell, $patience is from there
#
# The case attach of check-agents: a person at the client's own screen, in a terminal of tmux.
terminal() { tmux -u -S "$T/tmux" -f /dev/null "$@"; }
shown() { terminal capture-pane -p | grep -Eq -e "$1"; }
# A client may lose keys before it is ready, and takes those that come too fast for a paste: each try waits by itself.
types() { terminal send-keys -l "$1" && (wait_for 3 shown "$1"); }
enters() { terminal send-keys Enter && (wait_for 5 shown "$1"); }
leaves() { terminal send-keys C-d && shown '^ended: 0'; }

# A person opens the screen while a tool runs, types a prompt, and leaves; the session goes on in the same conversation.
case_attach() {
	wanted='approved blue left same'
	play 'on A person interrupted your turn
	run git add work && git commit -qm Work && echo Work | worker summary -
	say Done.
	on Paint it blue
	run echo blue >work
	say It is painted.
	on Nobody watches
	run : >started; tail -f /dev/null
	say Done.'
	start
	at_work
	terminal new-session -d -x 100 -y 40 "orchestrator -C '$W' attach item; echo \"ended: \$?\"; tail -f /dev/null"
	wait_for "$patience" shown 'blocked REASON.*and end'	# the end of the first prompt
	wait_for "$patience" types 'Paint it blue' && wait_for "$patience" enters 'It is painted'
	terminal send-keys C-u
	left=$(wait_for 20 leaves && echo left)
	terminal capture-pane -p >>"$T/.log"
	terminal kill-server
	stop
	got="$(st .status) $(committed) $left $(! logged 'run 003: implementer .*, resumed' || jq -rs '[.[] | select(.rule == 0) | .body |
	    tostring | select(test("Nobody watches") and test("Paint it blue")) | "same"][0] // "another"' "$T/LOG")"
}
