#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# worker within: what a command can't do to the one that calls it.
# shellcheck disable=SC2016 # scripts
. "$(dirname "$0")/lib.sh"
cd "$T" || exit 1

abi=$(python3 -c 'import ctypes; v = ctypes.CDLL(None).syscall(444, None, 0, 1); print(v if v > 0 else 0)' 2>/dev/null || echo 0)
run worker within sh -c 'echo "$*"; exit 7' sh a 'b c'
is 'the command has its arguments, and its exit status is that of within' "$status,$out" '7,a b c'
run worker within -c 'echo "${BASH_VERSION:+bash} $0"; exit 3'
is 'a string is run by bash' "$status,$out" '3,bash bash'
run worker within "$T/none"
is 'a command that is not there has exit status 127' "$status" 127
for usage in '' '-c true true' '-x true' '-w'; do
	# shellcheck disable=SC2086 # words
	run worker within $usage
	like "wrong usage is said: within $usage" "$status $err" '^64 worker: within: .*; see worker within --help$'
done

# Who calls, with an abstract socket beside; what it calls tries all, and the caller says what worked.
mkdir open open/closed shut && mkfifo ready
cat >attack <<'E'
try() { if ( eval "$2" ) >/dev/null 2>&1; then echo "$1=yes"; else echo "$1=no"; fi; }
try environ 'head -c 1 /proc/$CALLER/environ'
try memory 'exec 3</proc/$CALLER/mem'
try stdout 'echo forged >/proc/$CALLER/fd/1'
try signal 'kill -0 $CALLER'
try abstract 'python3 -c "import socket, os; socket.socket(socket.AF_UNIX).connect(\"\0within-\" + os.environ[\"CALLER\"])"'
try write 'echo x >shut/x'
try open 'echo x >open/x && rm open/x'
try closed 'echo x >open/closed/x'
try read 'cat attack'
try null 'echo x >/dev/null'
try own 'sleep 60 & kill $! && head -c 1 /proc/$$/environ'
try score 'echo 5 >/proc/self/oom_score_adj'
E
cat >caller <<'E'
export CALLER=$$
python3 listen & read -r _ <ready
"$@" | cat >got
kill "$!"
E
cat >listen <<'E'
import os, socket
s = socket.socket(socket.AF_UNIX)
s.bind('\0within-' + os.environ['CALLER'])
s.listen()
open('ready', 'w').write('x\n')
while True: s.accept()
E
calls() { run sh caller "$@"; }
tried() { is "$1" "$(for _n in $2; do sed -n "s/^$_n=/$_n=/p" got; done | tr '\n' ' ')" "$3 "; }
calls sh attack
tried 'without worker within the caller is reached' \
    'environ memory stdout signal abstract' 'environ=yes memory=yes stdout=yes signal=yes abstract=yes'
is 'without worker within the output of the caller is forged' "$out" forged
if [ "$abi" -gt 0 ]; then
	calls worker within sh attack
	tried 'within, the caller is not read' 'environ memory stdout' 'environ=no memory=no stdout=no'
	is 'within, the output of the caller is its own' "$out" ''
	tried 'within, files are as they are, and the processes of the command its own' 'write open closed read null own score' 'write=yes open=yes closed=yes read=yes null=yes own=yes score=yes'
	if [ "$abi" -ge 6 ]; then
		tried 'within, the caller is neither signalled nor reached by its abstract socket' 'signal abstract' 'signal=no abstract=no'
		is 'nothing is said where all walls stand' "$err" ''
	else
		skip 'signals and abstract sockets' "Landlock of version $abi"
	fi
	calls worker within -w "$T/open" -r "$T/open/closed" sh attack
	tried 'with -w, nothing else is written' 'environ write closed read null own score' 'environ=no write=no closed=no read=yes null=yes own=yes score=no'
	calls worker within -w "$T/open" sh attack
	tried 'with -w, what is named is written' 'write open closed' 'write=no open=yes closed=yes'
	ln -s "$O/libexec/worker" within-shell
	calls env WITHIN_WRITE="$T/none
$T/open" WITHIN_READ="$T/open/closed" "$T/within-shell" 'sh attack; exit 4'
	tried 'as the prefix of a client, it takes its paths from variables' 'environ write closed read own' 'environ=no write=no closed=no read=yes own=yes'
	calls "$T/within-shell" 'sh attack'
	tried 'as the prefix of a client, it leaves files alone without them' 'environ write closed' 'environ=no write=yes closed=yes'
	mkdir own && printf 'echo one; echo two >>/dev/stderr; echo x >own/x; pwd -P >| %s' "$T/own/cwd" >string
	env WITHIN_WRITE="$T/open" "$T/within-shell" "$(cat string)" >own/out 2>>own/out
	is 'the prefix of a client can open its own output by name, and write the file that its string ends with' \
	    "$(grep -v denied own/out | paste -sd' '),$(cat own/cwd),$(ls own | paste -sd' ')" "one two,$T,cwd out"
	for file in "$T/own/out" own/relative "\$T/own/new" "$T/own/new; true"; do
		env WITHIN_WRITE="$T/open" "$T/within-shell" "echo changed >| $file" 2>/dev/null
	done
	is 'no file that is there, or is not named in full, can be written so' "$(grep -c changed own/out),$(ls own | paste -sd' ')" '0,cwd out'
	env WITHIN_WRITE="$T/open" ANTHROPIC_API_KEY=key CLAUDE_CONFIG_DIR=x OPENAI_API_KEY=key NO_COLOR=1 "$T/within-shell" env >got
	is 'the prefix of a client keeps its keys' "$(grep -c -e key -e CLAUDE got),$(grep NO_COLOR= got)" 0,NO_COLOR=1
	calls worker within -w "$T/open" worker within -w "$T/shut" sh attack
	tried 'worker within inside another opens nothing' 'environ write open' 'environ=no write=no open=no'
else
	skip 'worker within shuts the caller off' 'the kernel has no Landlock'
fi
if strace -qq -o trace -e inject=landlock_create_ruleset:error=ENOSYS true 2>/dev/null; then
	for option in '' "-w $T/open"; do
		# shellcheck disable=SC2086 # words
		run strace -qq -o trace -e trace=landlock_create_ruleset -e inject=landlock_create_ruleset:error=ENOSYS worker within $option echo ran
		is "without Landlock the command is run: within ${option%% *}" "$status,$out" 0,ran
		is "worker within says once that Landlock is missing: within ${option%% *}" \
		    "$(printf '%s\n' "$err" | grep -c 'no Landlock')" 1
	done
else
	skip 'without Landlock worker within runs the command' 'strace can not hide it'
fi
done_testing
