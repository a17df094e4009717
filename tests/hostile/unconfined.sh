# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2034,SC2154 # of the driver, and for it; lists of words
# The same without confinement: what the audit finds, and what is only data.
. "$here/agents.sh"
mode=off
case_skip() { :; }
mend() {
	_kept=$T/kept/r/.git
	for _f in config HEAD hooks info packed-refs; do
		rm -rf ".git/$_f"; [ ! -e "$_kept/$_f" ] || cp -a "$_kept/$_f" .git/
	done
	case $(want "$_line") in *isolation-breach*) git update-ref refs/heads/main "$(git rev-parse "$(cat "$_kept/refs/heads/main")")"; git reset -q --hard ;; esac
}
