#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The configuration of the user's git: signed merges, conversions, sparse checkouts.
. "$(dirname "$0")/lib.sh"

R=$HOME/r
new_repo "$R" && cd "$R" && mkdir .orchestrator &&
    echo '{ "review": "gates", "gates": [ "true" ], "roles": { "implementer": "sh" }, "agents": { "sh": { "command": "echo x >$ITEM_ID" } } }' >.orchestrator/config.json && git add . && git commit -qm Settings || exit 1
item() { run timeout 60 orchestrator dispatch --review gates --wait "$1" -- sh -c "${2:-echo $1 >$1}"; }
sessions() { find "$ORCHESTRATOR_HOME" -name 'session-*' -type d | wc -l; }
signer() { git log -1 --format='%G? %GS' "$1"; }

# Signed merges.
command -v ssh-keygen >/dev/null || skip_all 'no ssh-keygen'
mkdir "$T/keys" && ssh-keygen -q -t ed25519 -N '' -f "$T/keys/id" && ssh-keygen -q -t ed25519 -N secret -f "$T/keys/locked" || exit 1
echo "test@example.org $(cat "$T/keys/id.pub")" >"$T/keys/allowed"
git config --global gpg.format ssh
git config --global gpg.ssh.allowedSignersFile "$T/keys/allowed"
git config --global commit.gpgSign true
git config user.signingKey "$T/keys/id.pub"
item ssh
run timeout 60 orchestrator merge ssh
is 'a merge is signed with the ssh key of the configuration' "$status $(signer main)" '0 G test@example.org'
is 'the commit of the session is not signed' "$(signer main^2)" 'N '
git config user.signingKey "$T/keys/locked"
before=$(sessions)
SSH_AUTH_SOCK='' SSH_ASKPASS=/bin/false item locked
like 'dispatch begins nothing when a merge could not be signed, and says the way out' "$status $err" \
    "^78 .*merges can't be signed: .*merge unsigned: git config commit.gpgSign false"
is 'the refused dispatch left no session' "$(sessions)" "$before"
run env SSH_AUTH_SOCK= SSH_ASKPASS=/bin/false orchestrator doctor
like 'doctor says that merges could not be signed' "$status $out" "^bad .*a plain dispatch would fail: merges can't be signed"
orchestrator tasks create todo --task 'a: A' >/dev/null
run env SSH_AUTH_SOCK= SSH_ASKPASS=/bin/false timeout 60 orchestrator execute todo
is 'execute begins nothing when a merge could not be signed' "$status $(sessions) $(orchestrator --json tasks show todo | jq -r '.tasks[].status')" "78 $before PENDING"
git config commit.gpgSign false
item plain
run timeout 60 orchestrator merge plain
is 'without commit.gpgSign a merge is not signed' "$status $(signer main)" '0 N '
git config --unset commit.gpgSign

# By OpenPGP.
GNUPGHOME=$T/gnupg && export GNUPGHOME && mkdir -m 700 "$GNUPGHOME"
if gpg --batch --quiet --pinentry-mode loopback --passphrase '' --quick-generate-key 'Test <test@example.org>' default default never >/dev/null 2>&1; then
	git config gpg.format openpgp && git config --unset user.signingKey
	item pgp
	run timeout 60 orchestrator merge pgp
	is 'a merge is signed with the OpenPGP key of the committer' "$status $(signer main)" '0 G Test <test@example.org>'
	git config gpg.program "$T/program" && printf '#!/bin/sh\n: >"%s"\nexit 1\n' "$T/ran" >"$T/program" && chmod +x "$T/program"
	item program
	run timeout 60 orchestrator merge program
	is 'a program that signs is taken from the configuration of the user alone, not from that of the repository' \
	    "$status $(test -e "$T/ran" || echo 'not run')" '0 not run'
	git config --unset gpg.program && git config extensions.worktreeConfig true && git config --worktree gpg.program "$T/program"
	item scope
	run timeout 60 orchestrator merge scope
	is 'such a program is not taken from the configuration of a worktree either' "$status $(test -e "$T/ran" || echo 'not run')" '0 not run'
	git config --worktree --unset gpg.program && git config --unset extensions.worktreeConfig
	gpgconf --kill all
else
	skip 'a merge is signed with the OpenPGP key of the committer' 'gpg makes no key here'
	skip 'such a program is not taken from the configuration of a worktree either' 'gpg makes no key here'
	skip 'a program that signs is taken from the configuration of the user alone, not from that of the repository' 'gpg makes no key here'
fi
unset GNUPGHOME
git config --global commit.gpgSign false

# The target of a session, in JSON.
is 'status --json has the target of a session' "$(orchestrator --json status | jq -r '.sessions[-1].target')" main
is 'status --json of a session has its target' "$(orchestrator --json status ssh | jq -r .target)" main

# A checkout that will not follow.
wait='warning: merges into main will wait'
item quiet
is 'dispatch warns of nothing where the checkout follows' "$err" ''
git config core.autocrlf true
item crlf
like 'dispatch says that merges will wait where line endings are converted' "$status $err" "^0 .*$wait.*: core.autocrlf converts line endings; git switch --detach"
run orchestrator doctor
like 'doctor says that merges will wait where line endings are converted' "$out" '^note .*merges into main will wait.*core.autocrlf'
run timeout 60 orchestrator execute todo
like 'execute says that merges will wait where line endings are converted' "$err" "$wait.*core.autocrlf"
git config --unset core.autocrlf
mkdir big && echo '*.bin filter=lfs diff=lfs merge=lfs -text' >big/.gitattributes && echo 1 >big/a.bin && git add . && git commit -qm Large
item lfs
like 'dispatch names a file whose filter keeps merges waiting' "$err" "$wait.*: big/a.bin has the attribute filter"
git checkout -q --detach
run orchestrator dispatch --review gates --wait detached -- sh -c 'echo x >x'
is 'dispatch warns of nothing where the target is checked out nowhere' "$(echo "$err" | grep -c 'will wait')" 0
git checkout -q main && git rm -qr big && git commit -qm 'No filter'
echo '* text=auto' >.gitattributes && git add . && git commit -qm Text
item text
is 'dispatch warns of nothing where the attribute text alone is set, which converts nothing here' "$status $err" '0 '
run timeout 60 orchestrator merge text
is 'a checkout of files with the attribute text follows a merge' "$status $(cat text) $(git status --porcelain)" '0 text '

done_testing
