#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
# compare.py EXPECTED KIND USER ROLE FOUND: says what was found and is not expected, and what has to be
# found, or the probe would have missed more, and was not.
import fnmatch, sys

expected, kind, user, role, found = sys.argv[1:]
lines = open(found).read().splitlines()
known, never = set(), set()
for line in open(expected):
    words = line.split('#')[0].split()
    if not words:
        continue
    pattern = ' '.join(words[3:])
    if not all(a == '*' or b in a.split(',') for a, b in zip(words, (kind, user, role))):
        continue
    hits = fnmatch.filter(lines, pattern.lstrip('!-'))
    (never if pattern[0] == '-' else known).update(hits)
    if pattern[0] == '!' and not hits:
        print('not reached:', pattern[1:])
for line in lines:
    if line not in known or line in never:
        print('reached:', line)
