## orchestrator and worker: targets of make
##   all         build both programs (the default)
##   demo        the main job, to watch; AGENT=claude runs it with that client
##   check       unit and end-to-end tests, the longest first; at the end, which were the slowest
##   quick       unit tests, and ten end-to-end files that tell most (tests/quick), in about a minute
##   test T=WORD the files of tests with WORD in their names; CASE=TEXT: their cases with TEXT in a line
##   alone       each case of the end-to-end files without the others; T=WORD as of test
##   unit        unit tests alone, of what is built
##   check-agents  whole sessions of real agent clients, from the npm registry, against a scripted model
##   lint        warnings as errors, layering rules, style, static analysis
##   fuzz        whatever reads what others wrote, with anything at all
##   bench       measure
##   fault       every fault at every system call, power loss, scale: hours; see tests/README.md
##   hostile     hostile files and agents, and every command that meets them; see tests/README.md
##   mutations   delete each fsync, flag and check in turn: does a test notice?
##   coverage    lines that the tests reach, by room, in build-cov; T=WORD as of test
##   debug       build without optimization, in build-debug
##   size        lines of C, by room
##   compile_commands.json   for editors and clangd
##   hook        lint what is quick to lint before each commit of this clone
##   dist        the tree of HEAD as an archive
##   deb         a package of Debian, from the tree of HEAD, in build/deb
##   pictures    take the pictures of doc/pictures again
##   check-deb   the package installed, used and removed in this system, as root
##   install     into prefix=DIR or PREFIX=DIR (/usr/local), below DESTDIR; uninstall
##   deps        install what build, tests and lint need from Debian's packages
##   clean       remove what was built
## and variables:
##   O=DIR       build there (default build, or build-san with SANITIZE=1)
##   SANITIZE=1  AddressSanitizer and UndefinedBehaviorSanitizer
##   DEV=1       warnings are errors
##   JOBS=N      so many jobs at a time
##   PART=K/N    of check: of the end-to-end files each Nth, beginning with the Kth
##   FUZZ_SECONDS=N  a target of fuzz (default 60); FUZZ_TOTAL=N at most all of them;
##               TARGETS="NAME ..." these alone
##   FAULT=CASES SAMPLE=N SEED=N   of fault: these cases; N of each call and fault, drawn by SEED
##   HOSTILE=CASES SAMPLE=N SEED=N   of hostile: these cases; N of each, drawn by SEED
##   AGENTS="NAME ..." KEEP=DIR   of check-agents: these clients and cases; the sessions of failures

VERSION = 0.1.0
PREFIX  = /usr/local
prefix  = $(PREFIX)
bindir  = $(prefix)/bin
libexecdir = $(prefix)/libexec/orchestrator
datadir = $(prefix)/share/orchestrator
mandir  = $(prefix)/share/man
bashcompdir = $(prefix)/share/bash-completion/completions
zshcompdir = $(prefix)/share/zsh/site-functions
fishcompdir = $(prefix)/share/fish/vendor_completions.d
unitdir = $(prefix)/lib/systemd/user

CC ?= gcc
JOBS := $(shell nproc 2>/dev/null || echo 2)
PKGS = libbsd-overlay libmd json-c libpcre2-8 libseccomp

CSTD = -std=c11 -D_GNU_SOURCE -DVERSION='"$(VERSION)"'
WARN = -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
       -Wmissing-declarations -Wold-style-definition -Wpointer-arith -Wcast-qual \
       -Wwrite-strings -Wundef -Wvla -Wformat=2 -Wswitch-enum -Wimplicit-fallthrough \
       -Wnull-dereference -Wsign-compare -fno-common
ifdef FUZZ
O ?= build-fuzz
OPT = -O1 -g -U_FORTIFY_SOURCE -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
LDOPT = -fsanitize=address,undefined
else ifdef SANITIZE
O ?= build-san
OPT = -O1 -g -U_FORTIFY_SOURCE -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
LDOPT = -fsanitize=address,undefined
else
O ?= build
OPT = -O2 -g -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 -fstack-protector-strong \
      -fstack-clash-protection -fcf-protection -fPIE
LDOPT = -pie -Wl,-z,relro,-z,now,-z,noexecstack -Wl,--as-needed
endif
ifdef DEV
WARN += -Werror
endif

PKG_CFLAGS := $(shell pkg-config --cflags $(PKGS) 2>/dev/null)
PKG_LIBS   := $(shell pkg-config --libs $(PKGS) 2>/dev/null)
override CPPFLAGS += $(CSTD) -I. -I$(O) $(PKG_CFLAGS)
override CFLAGS   += $(OPT) $(WARN) -fvisibility=hidden
override LDFLAGS  += $(LDOPT)
LIBS = $(PKG_LIBS) -linotifytools

PROTO_OBJ  = $(patsubst %.c,$(O)/%.o,$(sort $(wildcard proto/*/*.c))) $(O)/proto/prompts.o
WORKER_OBJ = $(patsubst %.c,$(O)/%.o,$(sort $(wildcard worker/*/*.c)))
STAY_OBJ   = $(patsubst %.c,$(O)/%.o,$(sort $(wildcard orchestrator/watch/*.c orchestrator/serve/*.c orchestrator/model/*.c))) \
    $(O)/orchestrator/page.o
ORCH_OBJ   = $(filter-out $(STAY_OBJ),$(patsubst %.c,$(O)/%.o,$(sort $(wildcard orchestrator/*/*.c)))) $(O)/orchestrator/skill.o
UNIT       = $(patsubst %.c,$(O)/%,$(sort $(wildcard tests/unit/*/*/test_*.c)))
FUZZ_OBJ   = $(patsubst %.c,$(O)/%.o,$(filter-out %/libfuzzer.c %/replay.c,$(sort $(wildcard tests/fuzz/*.c))))
BENCH      = $(patsubst %.c,$(O)/%,$(sort $(wildcard tests/bench/*.c)))

PROGRAMS   = $(O)/bin/orchestrator $(O)/libexec/worker $(O)/libexec/orchestrator-watch $(O)/libexec/orchestrator-serve

all: $(PROGRAMS)

$(O)/bin/orchestrator: LIBS += -lyaml
$(O)/bin/orchestrator: $(ORCH_OBJ) $(O)/libproto.a
$(O)/libexec/worker: $(WORKER_OBJ) $(O)/libproto.a
# watch and serve are separate programs, so that orchestrator and worker do not load their libraries.
$(O)/libexec/orchestrator-watch: LIBS += -lyaml -lncursesw -ltinfo
$(O)/libexec/orchestrator-watch: $(O)/orchestrator/watch/main.o $(O)/liborchestrator.a $(O)/libproto.a
$(O)/libexec/orchestrator-serve: LIBS += -lyaml -lmicrohttpd
$(O)/libexec/orchestrator-serve: $(O)/orchestrator/serve/main.o $(O)/liborchestrator.a $(O)/libproto.a
$(PROGRAMS):
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $^ $(LIBS)

$(O)/libproto.a: $(PROTO_OBJ)
$(O)/libworker.a: $(filter-out %/main.o,$(WORKER_OBJ))
$(O)/liborchestrator.a: $(filter-out %/main.o,$(ORCH_OBJ) $(STAY_OBJ))
$(O)/lib%.a:
	@rm -f $@
	$(AR) rcs $@ $^

# The prompts of share/prompts, as C strings: what a session falls back on.
$(O)/proto/prompts.c: proto/settings/prompts.awk $(sort $(wildcard share/prompts/*.md))
	@mkdir -p $(@D)
	awk -f $^ >$@.new && mv $@.new $@
$(O)/proto/prompts.o: $(O)/proto/prompts.c
	$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

# The skill for agents, as C strings.
skill = share/skills/session-orchestrator/SKILL.md
$(O)/orchestrator/skill.c: $(skill)
	@mkdir -p $(@D)
	{ echo '#include <stddef.h>'; echo '#include "orchestrator/cli/skill.h"'; echo 'const char *const skill_lines[] = {'; \
	sed 's/[\\"]/\\&/g; s/.*/"&\\n",/' $<; echo 'NULL };'; } >$@
$(O)/orchestrator/skill.o: $(O)/orchestrator/skill.c
	$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

# The page, as C strings.
$(O)/orchestrator/page.c: orchestrator/serve/page.awk $(sort $(wildcard share/page/*))
	@mkdir -p $(@D)
	awk -f $^ >$@.new && mv $@.new $@
$(O)/orchestrator/page.o: $(O)/orchestrator/page.c
	$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

$(O)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

# The unit tests of a house are one program, which links what it needs of these archives (all
# but the two mains), and has a name for each file of tests.
TEST_LIBS = $(O)/liborchestrator.a $(O)/libworker.a $(O)/libproto.a
HOUSES = proto worker orchestrator
unit_files = $(filter $(O)/tests/unit/$1/%,$(UNIT))
$(O)/tests/unit/%/units.c: $(sort $(wildcard tests/unit/*/*/test_*.c)) Makefile
	@mkdir -p $(@D)
	{ echo '#include <stddef.h>'; echo '#include "tests/unit/run.h"'; \
	printf 'int %s(void);\n' $(notdir $(call unit_files,$*)); echo 'const struct unit units[] = {'; \
	printf '{ "%s", %s },\n' $(foreach u,$(notdir $(call unit_files,$*)),$u $u); echo '{ NULL, NULL } };'; } >$@
$(O)/tests/unit/%/units.o: $(O)/tests/unit/%/units.c
	$(CC) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<
$(UNIT:=.o): $(O)/tests/unit/%.o: tests/unit/%.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<
	objcopy --redefine-sym main=$(notdir $*) $@
.SECONDEXPANSION:
$(HOUSES:%=$(O)/tests/unit/%/unit): $(O)/tests/unit/%/unit: $$(addsuffix .o,$$(call unit_files,$$*)) \
    $(O)/tests/unit/%/units.o $(O)/tests/unit/run.o $(TEST_LIBS)
	$(CC) $(LDFLAGS) -o $@ $^ $(LIBS) -lyaml -lcmocka
$(UNIT): $$(O)/tests/unit/$$(word 1,$$(subst /, ,$$(patsubst $$(O)/tests/unit/%,%,$$@)))/unit
	@ln -sfr $< $@
$(O)/tests/bench/%: tests/bench/%.c $(TEST_LIBS)
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) -MMD -MP -o $@ $(filter %.c %.a,$^) $(LIBS) -lyaml

$(O)/tests/fuzz/replay: $(FUZZ_OBJ) $(O)/tests/fuzz/replay.o $(TEST_LIBS)
	$(CC) $(LDFLAGS) -o $@ $^ $(LIBS) -lyaml
$(O)/tests/fuzz/fuzz: $(FUZZ_OBJ) $(O)/tests/fuzz/libfuzzer.o $(TEST_LIBS)
	$(CC) $(LDFLAGS) -fsanitize=fuzzer -o $@ $^ $(LIBS) -lyaml

# What is missing is installed before make looks for it again: hence the second make.
tests: all $(UNIT) $(O)/tests/fuzz/replay
unit: $(UNIT)
	CMOCKA_MESSAGE_OUTPUT=TAP prove -e '' $(UNIT)
check:
	@tests/deps.sh build check
	@$(MAKE) --no-print-directory -s -j$(JOBS) O=$(O) tests
	@BUILD=$(O) JOBS=$(JOBS) PART=$(PART) tests/check.sh
quick:
	@tests/deps.sh build check
	@$(MAKE) --no-print-directory -s -j$(JOBS) O=$(O) tests
	@BUILD=$(O) JOBS=$(JOBS) tests/check.sh $(UNIT) $(shell sed 's|^[^\#].*|tests/e2e/&|; /^\#/d' tests/quick)
test:
	@tests/deps.sh build check
	@$(MAKE) --no-print-directory -s -j$(JOBS) O=$(O) tests
	@BUILD=$(O) JOBS=$(JOBS) tests/check.sh $(filter $(O)/tests/unit/%,$(foreach u,$(UNIT),$(if $(findstring $(T),$(notdir $u)),$u))) $(wildcard tests/e2e/*$(T)*.t)
alone:
	@tests/deps.sh build check
	@$(MAKE) --no-print-directory -s -j$(JOBS) O=$(O) tests
	@BUILD=$(O) tests/alone.sh $(T)
coverage:
	@tests/deps.sh build check
	@$(MAKE) --no-print-directory -s -j$(JOBS) O=build-cov OPT='-O0 -g --coverage' LDOPT=--coverage tests
	@find build-cov -name '*.gcda' -delete
	-@BUILD=build-cov JOBS=$(JOBS) GCOV_ERROR_FILE=/dev/null tests/check.sh $(if $(T),\
	    $(filter build-cov/tests/unit/%,$(foreach u,$(UNIT:$(O)/%=build-cov/%),$(if $(findstring $(T),$(notdir $u)),$u))) \
	    $(wildcard tests/e2e/*$(T)*.t))
	@tests/coverage.sh build-cov
debug:
	@$(MAKE) --no-print-directory -s -j$(JOBS) O=build-debug OPT='-O0 -g3' LDOPT= all
size:
	@find proto worker orchestrator -name '*.[ch]' | xargs awk '{ split(FILENAME, p, "/"); n[p[1] "/" p[2]]++; all++ } \
	    END { for (r in n) printf "%-24s %6d\n", r, n[r] | "sort"; close("sort"); printf "%-24s %6d\n", "all", all }'
compile_commands.json: $(sort $(wildcard proto/*/*.c worker/*/*.c orchestrator/*/*.c)) Makefile
	@{ echo '['; printf '{ "directory": "$(CURDIR)", "file": "%s", "command": "$(CC) $(subst ",\\\",$(CPPFLAGS) $(CFLAGS)) -c %s" },\n' \
	    $(foreach f,$(filter %.c,$^),$f $f) | sed '$$s/,$$//; s/\\"\([0-9.]*\)\\"/\\\\\\"\1\\\\\\"/'; echo ']'; } >$@
hook:
	install -m 755 tests/pre-commit "$$(git rev-parse --git-path hooks)/pre-commit"
dist:
	git archive --prefix=orchestrator-$(VERSION)/ -o orchestrator-$(VERSION).tar.gz HEAD
deb:
	@tests/deps.sh build deb
	@rm -rf $(O)/deb && mkdir -p $(O)/deb
	@{ git -c safe.directory='*' archive --prefix=orchestrator-$(VERSION)/ HEAD 2>/dev/null || \
	    tar -c --exclude=./.git --exclude='./build*' --transform 's,^\.,orchestrator-$(VERSION),' .; } | tar -x -C $(O)/deb
	@cd $(O)/deb/orchestrator-$(VERSION) && env -u MAKEFLAGS -u MAKELEVEL -u O dpkg-buildpackage -us -uc -b -j$(JOBS) >../build.log 2>&1 || \
	    { tail -n 40 ../build.log >&2; exit 1; }
	@rm -rf $(O)/deb/orchestrator-$(VERSION) && ls $(O)/deb/*.deb
check-deb: deb
	@tests/deb.sh $(O)/deb
pictures:
	@tests/deps.sh build check
	@$(MAKE) --no-print-directory -s -j$(JOBS) O=$(O) all
	@PICTURES=doc/pictures BUILD=$(O) tests/e2e/100-pictures.t
demo:
	@tests/deps.sh build demo
	@$(MAKE) --no-print-directory -s -j$(JOBS) O=$(O) all
	@BUILD=$(O) AGENT=$(AGENT) tests/demo.sh
lint:
	@tests/deps.sh build check lint
	@JOBS=$(JOBS) tests/lint.sh
fuzz:
	@tests/deps.sh build fuzz
	@$(MAKE) --no-print-directory -s -j$(JOBS) CC=clang FUZZ=1 O=build-fuzz build-fuzz/tests/fuzz/fuzz
	@BUILD=build-fuzz JOBS=$(JOBS) FUZZ_SECONDS=$(FUZZ_SECONDS) FUZZ_TOTAL=$(FUZZ_TOTAL) tests/fuzz/run $(TARGETS)
bench:
	@tests/deps.sh build check bench
	@$(MAKE) --no-print-directory -s -j$(JOBS) O=$(O) all $(BENCH)
	@BUILD=$(O) tests/bench/run
fault:
	@tests/deps.sh build check
	@$(MAKE) --no-print-directory -s -j$(JOBS) O=$(O) all
	@BUILD=$(O) SAMPLE=$(SAMPLE) SEED=$(SEED) tests/fault/run $(FAULT)
hostile:
	@tests/deps.sh build check
	@$(MAKE) --no-print-directory -s -j$(JOBS) O=$(O) all
	@BUILD=$(O) SAMPLE=$(SAMPLE) SEED=$(SEED) tests/hostile/run $(HOSTILE)
check-agents:
	@tests/deps.sh build check agents
	@$(MAKE) --no-print-directory -s -j$(JOBS) O=$(O) all
	@BUILD=$(O) JOBS=$(JOBS) KEEP=$(KEEP) tests/agents/run $(AGENTS)
mutations:
	@tests/deps.sh build check
	@tests/fault/mutate
deps:
	@tests/deps.sh build check lint demo fuzz

# Old names of manuals, as pages that read the new ones, for one version: old=new.
oldman = man1/worker.1=man1/orchestrator-worker.1 man5/session.5=man5/orchestrator-session.5 \
    man5/tasklist.5=man5/orchestrator-tasklist.5 man5/orchestration-config.5=man5/orchestrator-streams.5
# Commands that are described in the page of another one: page=command,command.
manlinks = dispatch=cancel,retry execute=dispatch-ready,plan,report,stop,pause,resume generate=conflict-check status=show,diff,wait,logs,path skill=mcp \
    answer=questions,tell,interrupt,attach merge=rework,reject,resolve,adopt recover=salvage,discard,cleanup doctor=init
comma = ,
linkman = $(oldman) $(foreach l,$(manlinks),$(foreach c,$(subst $(comma), ,$(lastword $(subst =, ,$l))),\
    man1/orchestrator-$c.1=man1/orchestrator-$(firstword $(subst =, ,$l)).1))

install: all
	install -d $(addprefix $(DESTDIR),$(bindir) $(libexecdir) $(mandir)/man1 $(mandir)/man5 $(mandir)/man7 \
	    $(datadir)/prompts $(datadir)/schema $(datadir)/beads $(datadir)/skills/session-orchestrator $(bashcompdir) $(zshcompdir) $(fishcompdir) $(unitdir))
	install -m 755 $(O)/bin/orchestrator $(DESTDIR)$(bindir)
	install -m 755 $(filter $(O)/libexec/%,$(PROGRAMS)) $(DESTDIR)$(libexecdir)
	install -m 644 $(wildcard man/*.1) $(DESTDIR)$(mandir)/man1
	install -m 644 $(wildcard man/*.5) $(DESTDIR)$(mandir)/man5
	install -m 644 $(wildcard man/*.7) $(DESTDIR)$(mandir)/man7
	for p in $(linkman); do echo ".so $${p#*=}" >$(DESTDIR)$(mandir)/$${p%=*} && chmod 644 $(DESTDIR)$(mandir)/$${p%=*} || exit 1; done
	install -m 644 $(wildcard share/prompts/*.md) $(DESTDIR)$(datadir)/prompts
	install -m 644 $(wildcard man/schema/*.json) $(DESTDIR)$(datadir)/schema
	install -m 644 $(skill) $(DESTDIR)$(datadir)/skills/session-orchestrator
	install -m 755 share/beads/on_close $(DESTDIR)$(datadir)/beads
	install -m 644 share/completions/orchestrator.bash $(DESTDIR)$(bashcompdir)/orchestrator
	install -m 644 share/completions/orchestrator.zsh $(DESTDIR)$(zshcompdir)/_orchestrator
	install -m 644 share/completions/orchestrator.fish $(DESTDIR)$(fishcompdir)/orchestrator.fish
	for u in service path; do sed 's|/usr/local/bin/orchestrator|$(bindir)/orchestrator|' share/systemd/user/orchestrator@.$$u \
	    >$(DESTDIR)$(unitdir)/orchestrator@.$$u && chmod 644 $(DESTDIR)$(unitdir)/orchestrator@.$$u || exit 1; done
uninstall:
	rm -f $(addprefix $(DESTDIR),$(bindir)/orchestrator $(bashcompdir)/orchestrator $(zshcompdir)/_orchestrator \
	    $(fishcompdir)/orchestrator.fish $(unitdir)/orchestrator@.service $(unitdir)/orchestrator@.path)
	rm -f $(addprefix $(DESTDIR)$(mandir)/man1/,$(notdir $(wildcard man/*.1)))
	rm -f $(addprefix $(DESTDIR)$(mandir)/man5/,$(notdir $(wildcard man/*.5)))
	rm -f $(addprefix $(DESTDIR)$(mandir)/man7/,$(notdir $(wildcard man/*.7)))
	for p in $(linkman); do rm -f $(DESTDIR)$(mandir)/$${p%=*}; done
	rm -rf $(DESTDIR)$(libexecdir) $(DESTDIR)$(datadir)

help:
	@sed -n '/^## /s///p' Makefile

clean:
	rm -rf build build-*

-include $(shell find $(O) -name '*.d' 2>/dev/null)
.PHONY: all tests unit check check-agents quick test alone coverage debug size hook dist deb check-deb pictures demo lint fuzz bench fault hostile mutations deps install uninstall help clean
.DELETE_ON_ERROR:
