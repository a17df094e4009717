#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Prompts of a repository whose names, or variables, are misspelt.
. "$(dirname "$0")/lib.sh"
cd "$T" && new_repo r && cd r && mkdir -p .orchestrator/prompts || exit 1
echo '{ "review": "none" }' >.orchestrator/config.json
prompt() { rm -f .orchestrator/prompts/*; echo "$2" >".orchestrator/prompts/$1"; git add -A; git commit -qm "Prompt $1"; }

prompt implementor.md 'Do it.'
run orchestrator dispatch --title One one -- true
like 'a prompt with a misspelt name is refused, with the nearest' "$status $err" \
    '^78 .*prompts/implementor\.md is the name of no prompt; did you mean "implementer\.md"\?'
prompt implementer.md 'Do {item.titel} in {item.id}.'
run orchestrator dispatch --title One one -- true
like 'a misspelt variable in a prompt is refused, with the nearest' "$status $err" \
    '^78 .*prompts/implementer\.md: unknown variable \{item\.titel\}; did you mean \{item\.title\}\?'
is 'a refused dispatch makes no branch' "$(git branch --list 'session/*')" ''
prompt review.md 'Judge {comit}.'
run orchestrator dispatch --title One one -- true
like 'a misspelt variable in a later prompt is refused, too' "$status $err" '^78 .*prompts/review\.md: unknown variable \{comit\}'
prompt notes.txt 'What {a_name} wrote.'
prompt implementer.md 'Print { "key": {anything_else} } for {item.title}.'
logged orchestrator dispatch --wait --title One one -- sh -c 'cat >seen'
is 'other words in braces stay as they are' "$(git show session/one/1:seen | head -n 1)" 'Print { "key": {anything_else} } for One.'
done_testing
