# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2034,SC2154 # of the driver, and for it
#
# What is put in the place of a file or a directory: hostile KIND makes it at $place, after
# what was there, if anything, was moved to $T/original.

records='torn1 torn2 torn3 torn4 nothing nul not-utf8 bom trailing second comment twice deep deep-inside many-keys
    version-2 no-version version-text numbers texts nulls lists objects 2^53+1 1e999 nan minus fraction
    long controls raw-controls escaped-nul surrogate paths options top-list top-null top-text top-number'
texts='torn2 nothing nul not-utf8 bom trailing controls-text one-line'
kinds='absent secret itself dangling to-directory hard fifo socket device directory full-directory sparse'
dirs='absent secret itself dangling elsewhere fifo socket device file empty names far many'
[ "$(id -u)" = 0 ] && kinds="$kinds owner" dirs="$dirs owner" || kinds="$kinds closed" dirs="$dirs closed"

from() { cat "$T/original" 2>/dev/null || echo '{ "version": 1 }'; }
first() { from | LC_ALL=C sed "0,/\": \"/s//\": \"$1/"; }	# something at the begin of the first text
each() { from | jq "$1"; }
number() { from | sed -E '/"version"/!s/: -?[0-9]+/: '"$1"'/g'; }
size() { from | wc -c; }
deep() { awk 'BEGIN { for (i = 0; i < 1000000; i++) printf "[" }'; }
escapes() { printf '\033]52;c;eA==\007\033[2J\302\2332J\342\200\256\r'; }
link() { ln -s "$1" "$place"; }

hostile() {	# KIND
	case $1 in
	torn1) from | head -c 1 >"$place" ;;
	torn2) from | head -c $(($(size) / 3)) >"$place" ;;
	torn3) from | head -c $(($(size) * 2 / 3)) >"$place" ;;
	torn4) from | head -c $(($(size) - 3)) >"$place" ;;
	nothing | file) true >"$place" ;;
	nul) { from | head -c $(($(size) / 2)); printf '\000'; from | tail -c +$(($(size) / 2 + 1)); } >"$place" ;;
	not-utf8) { first '\xff\xfe\xc0\xaf'; printf '\377'; } >"$place" ;;
	bom) { printf '\357\273\277'; from; } >"$place" ;;
	trailing) { from; echo 'trailing garbage'; } >"$place" ;;
	second) { from; from; } >"$place" ;;
	comment) { echo '// a comment'; from; } >"$place" ;;
	twice) from | sed '0,/{/s//{ "version": 1,/' >"$place" ;;
	deep) deep >"$place" ;;
	deep-inside) { echo '{ "version": 1, "x":'; deep; deep | tr '[' ']'; from | sed '0,/{/s//,/'; } >"$place" ;;
	many-keys) { echo '{ "version": 1'; awk 'BEGIN { for (i = 0; i < 1000000; i++) printf ",\"k%d\":1\n", i }'; from | sed '0,/{/s//,/'; } >"$place" ;;
	version-2) each '.version = 2' >"$place" ;;
	no-version) each 'del(.version)' >"$place" ;;
	version-text) each '.version = "1"' >"$place" ;;
	numbers) each 'walk(if type == "string" then 5 else . end)' >"$place" ;;
	texts) each 'walk(if type == "number" or type == "boolean" then "5" else . end) | .version = 1' >"$place" ;;
	nulls) each 'walk(if type == "object" or type == "array" then . else null end) | .version = 1' >"$place" ;;
	lists) each 'walk(if type == "object" then [.[]] else . end) | { version: 1, x: . }' >"$place" ;;
	objects) each 'walk(if type == "array" then { x: . } else . end) | .version = 1' >"$place" ;;
	2^53+1) number 9007199254740993 >"$place" ;;
	1e999) number 1e999 >"$place" ;;
	nan) number NaN >"$place" ;;
	minus) number -1 >"$place" ;;
	fraction) number 1.5 >"$place" ;;
	long) each 'walk(if type == "string" then . + ("x" * 300000) else . end)' >"$place" ;;
	controls) each 'walk(if type == "string" then . + "\u001b]52;c;eA==\u0007\u001b[2J\u009b2J\u202e\r\n" else . end)' >"$place" ;;
	raw-controls) first "$(escapes)" >"$place" ;;
	escaped-nul) first '\\u0000' >"$place" ;;
	surrogate) first '\\ud800' >"$place" ;;
	paths) each 'walk(if type == "string" then "../../../../outside/target" else . end)' >"$place" ;;
	options) each 'walk(if type == "string" then "--upload-pack=touch${IFS}$W/outside/ran" else . end)' >"$place" ;;
	top-list) echo '[]' >"$place" ;;
	top-null) echo 'null' >"$place" ;;
	top-text) echo '"text"' >"$place" ;;
	top-number) echo '5' >"$place" ;;
	controls-text) { escapes; from; escapes; } >"$place" ;;
	one-line) head -c 20000000 /dev/zero | tr '\0' x >"$place" ;;
	absent) ;;
	secret) link "$W/outside/secret" ;;
	itself) link "${place##*/}" ;;
	dangling) link "$W/outside/nowhere" ;;
	to-directory | elsewhere) link "$W/outside/directory" ;;
	hard) from >"$T/hard" && cp "$T/hard" "$W/outside/hard" && ln "$W/outside/hard" "$place" ;;
	fifo) mkfifo "$place" ;;
	socket) (cd "${place%/*}" && python3 -c 'import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])' "${place##*/}") ;;
	device) mknod "$place" c 1 5 ;;
	directory | empty) mkdir "$place" ;;
	full-directory) mkdir -p "$place/a/b" && echo x >"$place/a/b/c" ;;
	sparse) truncate -s 1G "$place" ;;
	owner) cp -a "$T/original" "$place" && chown -R 65534:65534 "$place" ;;
	closed) cp -a "$T/original" "$place" && chmod 0 "$place" ;;
	names) cp -a "$T/original" "$place" && for _n in -rf --help ' ' '*' ... "$(printf 'a\nb')" "$(printf 'e\033]0;title\007\033[31m')" \
	    "$(printf 'c1\302\233x')" "$(printf 'bidi\342\200\256x')" "$(printf '\377\376')" "$(printf %0255d 1)" 'CON' 'a;b' "\$(touch $W/outside/ran)"; do
		true >"$place/$_n"; done ;;
	far) cp -a "$T/original" "$place" && python3 -c 'import os, sys
os.chdir(sys.argv[1])
for i in range(10000):
    os.mkdir("d"); os.chdir("d")' "$place" ;;
	many) cp -a "$T/original" "$place" && (cd "$place" && seq -f 'm-%06g' 10000 | xargs touch) ;;
	esac 2>/dev/null
}
