# orchestrator and worker.  `make help` lists the targets; README.md tells the rest.
#
# O=DIR      build there (default build, or build-san with SANITIZE=1)
# SANITIZE=1 AddressSanitizer and UndefinedBehaviorSanitizer
# DEV=1      warnings are errors

VERSION = 0.1.0
prefix  = /usr/local
bindir  = $(prefix)/bin
libexecdir = $(prefix)/libexec/orchestrator
datadir = $(prefix)/share/orchestrator
mandir  = $(prefix)/share/man
bashcompdir = $(prefix)/share/bash-completion/completions

CC ?= gcc
PKGS = libbsd-overlay json-c

CSTD = -std=c11 -D_GNU_SOURCE -DVERSION='"$(VERSION)"'
WARN = -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
       -Wmissing-declarations -Wold-style-definition -Wpointer-arith -Wcast-qual \
       -Wwrite-strings -Wundef -Wvla -Wformat=2 -Wswitch-enum -Wimplicit-fallthrough \
       -Wnull-dereference -Wsign-compare -fno-common
ifdef SANITIZE
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

override CPPFLAGS += $(CSTD) -I. -I$(O) $(shell pkg-config --cflags $(PKGS) 2>/dev/null)
override CFLAGS   += $(OPT) $(WARN) -fvisibility=hidden
override LDFLAGS  += $(LDOPT)
LIBS = $(shell pkg-config --libs $(PKGS) 2>/dev/null) -linotifytools

PROTO_OBJ  = $(patsubst %.c,$(O)/%.o,$(sort $(wildcard proto/*.c))) $(O)/proto/prompts.o
WORKER_OBJ = $(patsubst %.c,$(O)/%.o,$(sort $(wildcard worker/*.c)))
ORCH_OBJ   = $(patsubst %.c,$(O)/%.o,$(sort $(wildcard orchestrator/*.c)))
UNIT       = $(patsubst %.c,$(O)/%,$(sort $(wildcard tests/unit/test_*.c)))
BENCH      = $(patsubst %.c,$(O)/%,$(sort $(wildcard tests/bench/*.c)))

all: $(O)/bin/orchestrator $(O)/libexec/worker

$(O)/bin/orchestrator: $(ORCH_OBJ) $(O)/libproto.a
$(O)/libexec/worker: $(WORKER_OBJ) $(O)/libproto.a
$(O)/bin/orchestrator $(O)/libexec/worker:
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $^ $(LIBS)

$(O)/libproto.a: $(PROTO_OBJ)
	@rm -f $@
	$(AR) rcs $@ $^

# The prompts of share/prompts, as C strings: what a session falls back on.
$(O)/proto/prompts.c: proto/prompts.awk $(sort $(wildcard share/prompts/*.md))
	@mkdir -p $(@D)
	awk -f $^ >$@.new && mv $@.new $@
$(O)/proto/prompts.o: $(O)/proto/prompts.c
	$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

$(O)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

# A unit test links libproto.a and the pure tables of the programs.
$(O)/tests/unit/%: tests/unit/%.c $(O)/libproto.a $(filter %/step.o,$(WORKER_OBJ))
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) -MMD -MP -o $@ $^ $(LIBS) -lcmocka
$(O)/tests/bench/%: tests/bench/%.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) -MMD -MP -o $@ $< $(LIBS)

clean:
	rm -rf build build-*

-include $(shell find $(O) -name '*.d' 2>/dev/null)
.PHONY: all clean
.DELETE_ON_ERROR:
