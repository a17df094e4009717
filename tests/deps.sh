#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# tests/deps.sh GROUP...: installs what is missing from Debian's packages.
# Silent, and without calling apt, when nothing is.
set -eu

# group, package, what proves that it is there
table='
build gcc command gcc
build libc6-dev header stdio.h
build make command make
build git command git
build pkg-config command pkg-config
build libbsd-dev header bsd/stdlib.h
build libmd-dev header sha2.h
build libjson-c-dev header json-c/json.h
build libpcre2-dev header pcre2posix.h
build libseccomp-dev header seccomp.h
build libyaml-dev header yaml.h
build libncurses-dev header ncurses.h
build libmicrohttpd-dev header microhttpd.h
build libinotifytools0-dev header inotifytools/inotifytools.h
check bubblewrap command bwrap
check libcmocka-dev header stdarg.h>%#include<stddef.h>%#include<stdint.h>%#include<setjmp.h>%#include<cmocka.h
check perl command prove
check jq command jq
check curl command curl
check mandoc command mandoc
check strace command strace
check tmux command tmux
check zsh command zsh
check fish command fish
check python3-jsonschema python jsonschema
agents npm command npm
agents python3 command python3
agents tmux command tmux
browser chromium command chromium
browser chromium-driver command chromedriver
demo jq command jq
demo bubblewrap command bwrap
bench valgrind command valgrind
deb debhelper command dh
deb dpkg-dev command dpkg-buildpackage
deb lintian command lintian
fuzz clang command clang
fuzz libclang-rt-dev fuzzer clang
lint clang command clang
lint clang-format command clang-format
lint cppcheck command cppcheck
lint shellcheck command shellcheck
lint mandoc command mandoc
'

present() { # KIND WHAT
	case $1 in
	command) command -v "$2" ;;
	header) printf '#include <%s>\n' "$2" | tr % '\n' | gcc -E -x c - ;;
	fuzzer) echo 'int LLVMFuzzerTestOneInput(void) { return 0; }' |
	    "$2" -fsanitize=fuzzer -o /dev/null -x c - ;;
	python) python3 -c "import $2" ;;
	esac >/dev/null 2>&1
}

missing=
for group; do
	while read -r g package kind what; do
		[ "$g" = "$group" ] || continue
		case " $missing " in *" $package "*) continue ;; esac
		present "$kind" "$what" || missing="$missing $package"
	done <<-E
	$table
	E
done
[ "$missing" ] || exit 0
missing=${missing# }

install="apt-get install -y --no-install-recommends $missing"
if ! command -v apt-get >/dev/null; then
	echo "deps: missing here, named as in Debian: $missing; install them and run make again" >&2
	exit 1
fi
as_root=
if [ "$(id -u)" != 0 ]; then
	as_root=sudo
	if ! command -v sudo >/dev/null; then
		echo "deps: run this as root, then make again:  apt-get update && $install" >&2
		exit 1
	fi
	echo "deps: installing through sudo: $missing" >&2
else
	echo "deps: installing: $missing" >&2
fi
apt='env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300'
# shellcheck disable=SC2086 # words
if ! { $as_root $apt update && $as_root $apt install -y --no-install-recommends $missing; } >/dev/null; then
	echo "deps: not installed; run this as root, then make again:  apt-get update && $install" >&2
	exit 1
fi
