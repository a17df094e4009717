#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What the manuals, the README and the completion say is what there is.
. "$(dirname "$0")/lib.sh"
cd "$top" || exit 1

# The text of a manual's SYNOPSIS, one command a line.
synopsis() {
	mandoc -T ascii -O width=500 "man/$1" | sed 's/.\x08//g' |
	    sed -n '/^SYNOPSIS/,/^DESCRIPTION/s/^  *//p'
}
flat() { tr -s ' \n\t' ' ' | sed 's/^ //;s/ $//'; }
# orchestrator-session.5, session.h and status.h
in_manual=$(sed -n '/^\.Sh FILES/,/^\.Sh STATUS/s/^\.It Pa \([^ ]*[^/ ]\)\/\{0,1\}$/\1/p' man/orchestrator-session.5 | sort)
in_header=$(sed -n 's/^#define SESSION_\(FILE\|DIR\)_[A-Z_]*[[:space:]]*"\(.*\)".*/\2/p' proto/session/layout.h | sort)
is 'orchestrator-session.5 and session.h name the same files' "$in_manual" "$in_header"
missing=
for word in $(sed -n 's/^	\[[A-Z_]*\] = "\(.*\)",$/\1/p' proto/session/session.c); do
	grep -q "\\<$word\\>" man/orchestrator-session.5 || missing="$missing $word"
done
is 'orchestrator-session.5 names every role, step and verdict' "$missing" ''
statuses=$(sed -n 's/^	ROW([A-Z_]*,[[:space:]]*"\([^"]*\)".*/\1/p' proto/session/status.h | sort)
ok 'status.h has statuses' test "$(echo "$statuses" | wc -l)" -ge 14
is 'the picture in orchestrator-session.5 has the statuses of status.h, and no others' \
    "$(sed -n '/^\.Sh STATUS/,/^\.Ed/p' man/orchestrator-session.5 | sed '/^\./d; s/(.*//; s/\\e//; s/any of .* ->//; s|resolve, rework, adopt||; s/ -* *rework//' |
    grep -oE '\<[a-z]+(-[a-z]+)*' | sort)" "$statuses"
is 'state.schema.json has the same, each time' "$(jq -c '[.. | .enum? | select(. != null and
    contains(["waiting"]))][] | sort' man/schema/state.schema.json | sort -u)" \
    "$(echo "$statuses" | jq -Rnc '[inputs] | sort')"
# What is given as a reason: REASON_* and the words in calls that end a session or change its status.
# "stopped" never becomes one: a worker that is stopped leaves its session as it is.
grep -rhE --include='*.[ch]' \
    'worker_(fail|failed|hand_back|enter)\(|gate_failed\(|(entry_declare|merge_enter|state_enter)\(|define REASON_|[[:space:]]\.?reason = ' \
    worker orchestrator/session orchestrator/merge orchestrator/cli orchestrator/execute/session_update.c |
    grep -oE '"[a-z][a-z-]*"([,;]| [:}]|$)' | grep -oE '[a-z-]+' | grep -vx stopped | sort -u >"$T/reasons"
is 'orchestrator-session.5 lists every reason for a status that the programs give, and no other' \
    "$(sed -n '/^\.Sh STATUS/,/^\.Sh LIMITS/s/^\.It Sy //p' man/orchestrator-session.5 | sed 's/ , /\n/g' | sort -u)" "$(cat "$T/reasons")"
is 'the rules that the source cites are among those of orchestrator-session.5' \
    "$(grep -rhoiE --include='*.[ch]' '(^|[^"a-z] ?)rule [0-9]+' worker orchestrator proto | grep -oE '[0-9]+' |
    awk -v n="$(sed -n '/^\.Sh RULES/,/^\.Sh ENVIRONMENT/p' man/orchestrator-session.5 | grep -c '^\.It$')" '$1 < 1 || $1 > n')" ''
is 'orchestrator-session.5 has twelve rules' "$(sed -n '/^\.Sh RULES/,/^\.Sh ENVIRONMENT/p' man/orchestrator-session.5 | grep -c '^\.It$')" 12

# layout: man-db's column lists become a staircase of one word a line where the last column is long
render() {	# render PROGRAM WIDTH FILE
	case $1 in
	mandoc) mandoc -T ascii -O width="$2" "$3" ;;
	groff) groff -t -mandoc -T ascii -rLL="$2n" -P-c -P-b -P-u -P-o "$3" 2>/dev/null ;;
	esac | sed 's/.\x08//g;s/\x1b\[[0-9;]*m//g'
}
for by in mandoc groff; do
	render $by 80 man/orchestrator.1 2>/dev/null | grep -q SYNOPSIS || { skip "manuals rendered by $by" "no $by with its macros"; continue; }
	for f in man/*.[157]; do render $by 80 "$f" | grep -nE '^.{81,}' | sed "s|^|$f:|"; done >"$T/wide"
	is "no line of a manual is wider than 80 columns, rendered by $by" "$(cat "$T/wide")" ''
	for f in man/*.[157]; do
		for width in 80 60; do
			render $by $width "$f" | awk -v f="$f at $width" '
				NF == 1 && match($0, /[^ ]/) > 20 { if (++run == 4) { print f ":" NR ": " $1; exit } next } { run = 0 }'
		done
	done >"$T/stairs"
	is "no manual has a column of one word a line, rendered by $by" "$(cat "$T/stairs")" ''
done

is 'orchestrator-json.7 names the outcomes of merge.h, and no others' \
    "$(sed -n '/^\.It Cm merge$/,/^\.It/s/^\.Ql \(.*\) ,$/\1/p; /^\.It Cm merge$/,/^\.It/s/^\.Ql \([a-z]*\)$/\1/p' man/orchestrator-json.7 | sort)" \
    "$(sed -n 's/^	ROW([A-Z_]*,[[:space:]]*"\([^"]*\)".*/\1/p' orchestrator/merge/merge.h | sort)"
grep -ohE '[{] "[a-z.]+", ' worker/agent/*.c worker/session/council.c | grep -oE '[a-z.]+' | sort -u >"$T/given"
sed -n '/prompt_variables\[\]/,/};/p' proto/settings/prompt_names.c | grep -o '"[a-z._]*"' | tr -d '"' | sort >"$T/variables"
is 'each variable of prompts is in the manual' "$(sed -n '/^.Sh PROMPTS/,/^.Sh FILES/p' man/orchestrator-config.5 |
    grep -oE '[{][a-z._]+[}]' | tr -d '{}' | sort -u)" "$(cat "$T/variables")"
is 'the table of variables has each variable of a built-in prompt' \
    "$(grep -ohE '[{][a-z.]+[}]' share/prompts/*.md | tr -d '{}' | sort -u | comm -23 - "$T/variables")" ''
is 'each variable in a built-in prompt is given a value' \
    "$(grep -ohE '[{][a-z.]+[}]' share/prompts/*.md | tr -d '{}' | sort -u | comm -23 - "$T/given")" ''

# usage and SYNOPSIS
commands=$(orchestrator --help | sed -n '/^Commands:/,/^$/s/^  \([a-z][a-z-]*\) .*/\1/p')
ok 'orchestrator --help lists commands' test "$(echo "$commands" | wc -l)" -ge 14
# Each command is in the list of orchestrator.1, which names its page, and has SYNOPSIS and description there.
for page in man/orchestrator*.1; do
	[ "$page" = man/orchestrator-worker.1 ] || synopsis "${page#man/}"
done >"$T/synopsis"
for c in $commands; do
	is "a manual shows the usage of $c" "$(grep -E "^orchestrator $c( |\$)" "$T/synopsis" | flat)" \
	    "$(orchestrator "$c" --help | sed -n 's/^usage: //p; s/^       orchestrator/orchestrator/p' | flat)"
done
for c in $commands; do
	page=$(sed -n "/^\.Sh COMMANDS/,/^\.Sh SECURITY/{/^\.It Cm $c\$/{n;n;s/^\.Pq Xr \(.*\) \([0-9]\)\$/\1.\2/p}}" man/orchestrator.1)
	[ "$c" != help ] || page=orchestrator.1
	if [ -z "$page" ]; then echo "$c is not in orchestrator.1"
	elif ! synopsis "$page" | grep -qE "^orchestrator $c( |\$)"; then echo "$c is not in the SYNOPSIS of $page"
	elif ! grep -q "^\.It Cm $c\>" "man/$page"; then echo "$page does not describe $c"
	elif ! grep -q '^\.Sh EXAMPLES' "man/$page"; then echo "$page has no EXAMPLES"; fi
done >"$T/undescribed"
is 'orchestrator.1 lists every command with a page that describes it' "$(cat "$T/undescribed")" ''
is 'no manual shows another command' "$(awk '$1 == "orchestrator" && $2 ~ /^[a-z]/ { print $2 }' "$T/synopsis" | sort -u)" \
    "$(echo "$commands" | sort)"

# options: usage, --help, manual and behaviour are those of one table
all=$(for c in $commands; do orchestrator "$c" --help; done
    for c in $(worker --help | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p'); do worker "$c" --help; done)
all=$(echo "$all" | sed -n 's/^\(usage:\|      \) \([a-z][a-z -]*[a-z]\).*/\2/p' |
    sed 's/^\(worker [a-z]*\) .*/\1/')	# what follows is an argument, as in "worker verdict approved"
is 'the commands of commands are among all' "$(echo "$all" | grep -cx -e 'orchestrator tasks add' -e 'worker ask')" 2
# shellcheck disable=SC2086 # a command is two words or three
echo "$all" | while read -r c; do
	_word=${c#* }; _word=${_word%% *}
	case $c in
	worker*) page=man/orchestrator-worker.1 ;;
	*) page=$(grep -l "^\.It Cm $_word\>" man/orchestrator.1 man/orchestrator-[a-v]*.1 man/orchestrator-serve.1 man/orchestrator-watch.1) ;;
	esac
	$c --help >"$T/help" </dev/null
	sed -n 's/^  \(-[^ ,]*\)\(, \(-[^ ]*\)\)\{0,1\} .*/\1 \3/p' "$T/help" | tr ' ' '\n' | grep . >"$T/options"
	[ "${c%% *}" = worker ] || grep -qx -e --json "$T/options" || echo "$c: --json is not in --help"
	sed -n '1s/^usage: //p' "$T/help" | grep -oE '\[--?[a-zA-Z][-a-z]*' | tr -d '[' | sort >"$T/usage"
	grep -vx -e --help -e --json -e --color -e -h -e -C -e -- "$T/options" | sort | diff "$T/usage" - || echo "$c: usage and --help differ"
	while read -r o; do
		sed -sn '/^\.Sh DESCRIPTION/,$p' $page | grep -qE "^\.(It .*)?(Op )?Fl (.*[ ,])?(Fl )?${o#-}([ ,]|\$)" || [ "$o" = -- ] ||
		    echo "$c: the manual does not describe $o"
		case $(grep -e "^  \(-[a-z], \)\{0,1\}$o " "$T/help") in
		'  -- '*) want='needs a command' ;;
		*"$o ["*) continue ;;	# its argument may be left out
		*"$o "[A-Z\']*) want='needs an argument' ;;
		*"  --"* | *', --'*) o=$o=x want='takes no argument' ;;
		*) continue ;;
		esac
		$c "$o" </dev/null 2>&1 | grep -q -e "$want" || echo "$c $o: not \"$want\""
	done <"$T/options"
done >"$T/different"
is 'usage, --help, manual and behaviour have the same options' "$(cat "$T/different")" ''
is 'orchestrator-worker.1 shows the usage of worker' "$(synopsis orchestrator-worker.1 | sort)" \
    "$(for c in '' $(worker --help | sed -n '/^Commands:/,/^$/s/^  \([a-z][a-z-]*\) .*/\1/p'); do
	worker ${c:+"$c"} --help | sed -n 's/^usage: //p'
    done | sort)"

# The pages for people show only commands and options that exist, and the quick reference has all commands.
is 'orchestrator-quick.7 has each command, and no other' "$(sed -n 's/^\.It Cm \([a-z-]*\).*/\1/p' man/orchestrator-quick.7 | sort -u)" "$(echo "$commands" | sort)"
for page in tutorial howto faq quick; do
	mandoc -T ascii -O width=200 "man/orchestrator-$page.7" | sed 's/.\x08//g' | sed -n 's/.*\<\(orchestrator [a-z].*\)/\1/p' |
	    sed "s/'[^']*'/TEXT/g; s/ *[|>;&(].*//"
done | grep -E '^orchestrator [a-z-]+( |$)' | sort -u >"$T/shown"
ok 'the pages for people show commands' test "$(wc -l <"$T/shown")" -ge 40
while read -r _ c rest; do
	echo "$commands" | grep -qx -e "$c" || { echo "no command: $c $rest"; continue; }
	case $c in tasks | salvage | skill) c="$c ${rest%% *}" ;; esac
	# shellcheck disable=SC2086 # a command is one word or two
	orchestrator $c --help >"$T/help" 2>/dev/null
	for o in $(echo "${rest%% -- *}" | grep -oE -e '(^| )--?[a-z][a-z-]*'); do
		grep -qE -e "^  (-[a-z], )?$o( |\$)|^  $o," "$T/help" || echo "$c has no $o"
	done
done <"$T/shown" | grep -v 'no command: \(merges\|COMMAND\|in\|has\)\>' >"$T/wrong"
is 'the pages for people show only commands and options that exist' "$(cat "$T/wrong")" ''

# help TOPIC, with a man(1) that has the pages of $T/pages
mkdir "$T/man" "$T/pages" && cat >"$T/man/man" <<'E'
#!/bin/sh
case $1 in -w) [ -e "$T/pages/$2" ] ;; *) echo "shown: $*" ;; esac
E
chmod +x "$T/man/man" && PATH=$T/man:$PATH
is 'help of a program that was built opens the page of the command in its tree' "$(orchestrator help plan)" "shown: $top/man/orchestrator-execute.1"
is 'help of a program that was built opens the page of a topic in its tree' "$(orchestrator help config)" "shown: $top/man/orchestrator-config.5"
is 'help of a worker that was built opens its page in the tree' "$(worker help ask)" "shown: $top/man/orchestrator-worker.1"
is 'help of help is the overview in the tree' "$(orchestrator help help)" "shown: $top/man/orchestrator.1"
mkdir -p "$T/copy/bin" && cp "$O/bin/orchestrator" "$O/libexec/worker" "$T/copy/bin" && PATH=$T/copy/bin:$PATH
run orchestrator help execute
like 'help says that a manual page is not installed' "$status $err" '^66 orchestrator: the manual page orchestrator is not installed; .*MANPATH'
: >"$T/pages/orchestrator"; : >"$T/pages/orchestrator-config"; : >"$T/pages/orchestrator-worker"
is 'orchestrator help opens the manual of a command' "$(orchestrator help execute)" 'shown: orchestrator'
is 'orchestrator help opens the page of a topic' "$(orchestrator help config)" 'shown: orchestrator-config'
is 'worker help opens the manual of a command' "$(worker help ask)" 'shown: orchestrator-worker'
is 'orchestrator help without a topic is --help' "$(orchestrator help)" "$(orchestrator --help)"
run orchestrator help exceute
like 'help lists the topics after an unknown topic' "$status $err" '^66 orchestrator: there is no manual page of "exceute"; topics are the commands, and beads, '
for topic in $(echo "$err" | sed 's/.*commands, and //; s/ and / /; s/,//g'); do
	[ -n "$(find man -name "orchestrator-$topic.[157]")" ] || echo "$topic"
done >"$T/topics"
is 'each topic in the error of help has a page' "$(cat "$T/topics")" ''
is 'the error of help lists each topic that is no command' "$(for page in man/orchestrator-*.[57]; do
    topic=${page#man/orchestrator-}; echo "$err" | grep -qw "${topic%.?}" || echo "$topic"; done)" ''
run env PATH="$T/copy/bin" orchestrator help config
like 'help says that there is no man(1)' "$status $err" '^69 orchestrator: man\(1\) is not installed; '

# orchestrator-tasklist.5 and tasklist.c
for from in $(sed -n 's/^	\[TASK_[A-Z_]*\] = "\(.*\)",$/\1/p' proto/plan/tasklist.c); do
	is "orchestrator-tasklist.5 says what may follow $from" \
	    "$(sed -n "s/^\.It $from Ta //p" man/orchestrator-tasklist.5)" \
	    "$(sed -n "s/^	\[TASK_$from\] = B(\(.*\)),$/\1/p" proto/plan/tasklist.c | sed 's/) | B(/, /g')"
done

# settings
missing=
for key in $(sed -n 's/^\t{ KEY("\([a-z_-]*\)", .*/\1/p' proto/settings/*.c); do
	grep -q "^\\.\\(It \\)\\{0,1\\}Va .*\\<$key\\>" man/orchestrator-config.5 || missing="$missing $key"
done
is 'orchestrator-config.5 describes every key' "$missing" ''
missing=
for adapter in $(sed -n 's/.*\.name = "\([^ "]*\)",/\1/p' worker/agent/adapter_*.c); do	# a name with a blank is not for settings
	grep -q "^\\.It Sy $adapter" man/orchestrator-config.5 || missing="$missing $adapter"
done
is 'orchestrator-config.5 describes every adapter' "$missing" ''

# README and CONTRIBUTING
is 'ARCHITECTURE.md names every room, and no other' \
    "$(sed -n 's/^    \([a-z]*\/[a-z]*\) .*/\1/p' ARCHITECTURE.md | sort)" \
    "$(find proto worker orchestrator -name '*.[ch]' | sed 's|/[^/]*$||' | sort -u)"
is 'make size counts the lines of every room' "$(make -s size | sed -n 's/^\([a-z]*\/[a-z]*\) .*/\1/p' | sort)" \
    "$(find proto worker orchestrator -name '*.[ch]' | sed 's|/[^/]*$||' | sort -u)"
# `FUNCTION()` in `FILE`
grep -oE '`[a-z_]+\(\)` in `[a-z_/]+\.c`' ARCHITECTURE.md | tr -d '`()' | while read -r function _ file; do
	grep -q "^$function(" "$file" || echo "$function in $file"
done >"$T/moved"
is 'each function that ARCHITECTURE.md names is in its file' "$(cat "$T/moved")" ''
for f in $(grep -ohE '`(proto|worker|orchestrator|tests|man|share)/[a-z0-9_./]*`' ARCHITECTURE.md CONTRIBUTING.md | tr -d '`' | sort -u); do
	[ -e "$f" ] || echo "$f"
done >"$T/missing"
is 'each file that ARCHITECTURE.md and CONTRIBUTING.md name is there' "$(cat "$T/missing")" ''
for t in $(sed -n 's/^    \(sudo \)\{0,1\}make \([a-z]*\)$/\2/p; s/.*`make \([a-z]*\)[` ].*/\1/p' README.md CONTRIBUTING.md | sort -u); do
	ok "make $t is a target" grep -qE "^$t:" Makefile
done
for c in $(grep -E '^ *\$? *orchestrator [-a-z]|`orchestrator ' README.md | grep -oE 'orchestrator (-C [^ ]+ |--json )*[a-z-]+' |
    awk '{ print $NF }' | sort -u); do
	ok "the README's orchestrator $c is a command" sh -c "echo '$commands' | grep -qx $c"
done
for f in $(grep -ohE '\]\([^)#:]*\)' ./*.md | tr -d '()' | tr -d ']' | sort -u); do [ -e "$f" ] || echo "$f"; done >"$T/missing"
is 'each link of README.md, ARCHITECTURE.md and the like leads to a file' "$(cat "$T/missing")" ''
is 'the README shows the two commands' "$(grep -cE '^(    )?make (demo|check)$' README.md)" 2

is 'each sync and each flag is deleted by a mutation' "$(tests/fault/mutate -n 2>&1)" ''

is 'debian/changelog has the version of the Makefile' "$(sed -n '1s/.*(\(.*\)).*/\1/p' debian/changelog)" "$(sed -n 's/^VERSION = //p' Makefile)"

# make install
if make -s -o "$O/bin/orchestrator" -o "$O/libexec/worker" -o "$O/libexec/orchestrator-watch" -o "$O/libexec/orchestrator-serve" O="$O" DESTDIR="$T/root" prefix=/usr install >"$T/install" 2>&1; then tap 0 'make install succeeds'
else tap 1 'make install succeeds'; diag <"$T/install"; fi
for page in man/*.[157]; do
	ok "make install installs $page" test -s "$T/root/usr/share/man/man${page##*.}/${page#man/}"
done
for f in bin/orchestrator libexec/orchestrator/worker libexec/orchestrator/orchestrator-watch libexec/orchestrator/orchestrator-serve share/bash-completion/completions/orchestrator \
    share/zsh/site-functions/_orchestrator share/fish/vendor_completions.d/orchestrator.fish share/orchestrator/beads/on_close; do
	ok "make install installs $f" test -s "$T/root/usr/$f"
done
for f in man1/worker.1 man5/session.5 man5/tasklist.5 man5/orchestration-config.5; do
	ok "the old name $f leads to a page that is installed" \
	    test -f "$T/root/usr/share/man/$(sed -n 's/^\.so \(man[157].*\)/\1/p' "$T/root/usr/share/man/$f" | grep .)"
done
for c in $commands; do
	case $c in help | config) continue ;; esac	# orchestrator(1) and orchestrator-config(5)
	page=$T/root/usr/share/man/man1/orchestrator-$c.1
	grep -q "^\.It Cm $c\>" "$page" || grep -q "^\.It Cm $c\>" "$T/root/usr/share/man/$(sed -n 's/^\.so //p' "$page")" || echo "$c"
done >"$T/unfound" 2>&1
is 'orchestrator-COMMAND(1) is a page that describes the command' "$(cat "$T/unfound")" ''
# Each page that a page or the README refers to as one of ours is there.
is 'each cross reference to a page of ours has its page' "$(grep -ohE '\<Xr (orchestrator|worker|session|tasklist)[a-z-]* [0-9]' man/*.[157] |
    sort -u | while read -r _ page section; do [ -e "man/$page.$section" ] || echo "$page($section)"; done)" ''
is 'make install installs the prompts' "$(ls "$T/root/usr/share/orchestrator/prompts")" "$(cd share/prompts && ls -- *.md)"
is 'make install installs the schemas' "$(ls "$T/root/usr/share/orchestrator/schema")" "$(cd man/schema && ls -- *.json)"
for r in item config state message questions answer answers review tasklist orchestration-config plan report day diff; do
	ok "there is a schema of $r" jq -e '."$schema"' "man/schema/$r.schema.json"
done
for unit in service path; do
	ok "make install installs the $unit unit of execute" test -s "$T/root/usr/lib/systemd/user/orchestrator@.$unit"
done
is 'the installed unit starts the installed program' \
    "$(sed -n 's/^ExecStart=//p' "$T/root/usr/lib/systemd/user/orchestrator@.service")" '/usr/bin/orchestrator execute'
if command -v systemd-analyze >/dev/null; then
	mkdir "$T/units" && for unit in service path; do
		sed "s|/usr/bin/orchestrator|$O/bin/orchestrator|" "$T/root/usr/lib/systemd/user/orchestrator@.$unit" >"$T/units/orchestrator@.$unit"
	done
	is 'systemd-analyze accepts the units' "$(XDG_RUNTIME_DIR="$T/units" systemd-analyze --user --man=no verify "$T"/units/* 2>&1 |
	    grep 'orchestrator')" ''
else
	skip 'systemd-analyze accepts the units' 'no systemd-analyze'
fi
ok 'what is installed runs' env -i PATH=/usr/bin:/bin HOME="$HOME" "$T/root/usr/bin/orchestrator" --version
ok 'make uninstall succeeds' make -s O="$O" DESTDIR="$T/root" prefix=/usr uninstall
is 'make uninstall leaves no file' "$(find "$T/root" -type f)" ''
done_testing
