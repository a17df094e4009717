#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""tests/svg.py [TITLE]: a terminal's screen with its colours (tmux capture-pane -e -p), as SVG on standard output.

tests/svg.py --words FILE: the text of such a picture.
"""
import html
import re
import sys

COLOURS = ['#3b4048', '#e06c75', '#98c379', '#e5c07b', '#61afef', '#c678dd', '#56b6c2', '#c8ccd4']
FORE, BACK = '#c8ccd4', '#21252b'
WIDTH, HEIGHT, MARGIN = 8.4, 18, 12


def change(style, codes):
    """A style after a sequence of SGR."""
    codes = [int(c or 0) for c in codes.split(';')]
    for c in codes:
        if c == 0:
            style = {}
        elif c in (1, 2, 7):
            style = dict(style, **{{1: 'bold', 2: 'dim', 7: 'reverse'}[c]: True})
        elif c == 22:
            style = {k: v for k, v in style.items() if k not in ('bold', 'dim')}
        elif c == 27:
            style = {k: v for k, v in style.items() if k != 'reverse'}
        elif 30 <= c <= 37:
            style = dict(style, fore=COLOURS[c - 30])
        elif 90 <= c <= 97:
            style = dict(style, fore=COLOURS[c - 90])
        elif c == 39:
            style = {k: v for k, v in style.items() if k != 'fore'}
        elif c == 49:
            pass
        else:
            raise SystemExit('svg.py: no colour for %d' % c)
    return style


def runs(line, style):
    """(column, text, style) of the parts of a line; and the style after it."""
    out, at = [], 0
    for i, part in enumerate(re.split(r'\x1b\[([0-9;]*)m', line)):
        if i % 2:
            style = change(style, part)
        elif part:
            out.append((at, part, style))
            at += len(part)
    return out, style


def draw(text, title):
    lines = text.rstrip('\n').split('\n')
    body, style, columns = [], {}, 80
    for row, line in enumerate(lines):
        parts, style = runs(line.replace('\x0f', ''), style)
        y = MARGIN + row * HEIGHT
        for at, word, how in parts:
            fore, back = how.get('fore', FORE), None
            if how.get('reverse'):
                fore, back = BACK, fore
                body.append('<rect x="%.1f" y="%d" width="%.1f" height="%d" fill="%s"/>'
                            % (MARGIN + at * WIDTH, y, len(word) * WIDTH, HEIGHT, back))
            if word.strip():
                body.append('<text x="%.1f" y="%d" textLength="%.1f" fill="%s"%s%s>%s</text>' % (
                    MARGIN + at * WIDTH, y + 13, len(word) * WIDTH, fore,
                    ' font-weight="bold"' if how.get('bold') else '',
                    ' opacity="0.65"' if how.get('dim') else '', html.escape(word, False).replace(' ', '\u00a0')))
    size = (2 * MARGIN + columns * WIDTH, 2 * MARGIN + len(lines) * HEIGHT)
    print('<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" role="img" '
          'font-family="ui-monospace, Menlo, Consolas, monospace" font-size="14">' % (size + size))
    print('<title>%s</title>' % html.escape(title))
    print('<rect width="100%%" height="100%%" rx="8" fill="%s"/>' % BACK)
    print('\n'.join(body))
    print('</svg>')


def words(name):
    with open(name, encoding='utf-8') as f:
        for text in re.findall(r'<text[^>]*>(.*?)</text>', f.read()):
            print(' '.join(html.unescape(text).split()))


if sys.argv[1:2] == ['--words']:
    words(sys.argv[2])
else:
    sys.stdin.reconfigure(encoding='utf-8')
    sys.stdout.reconfigure(encoding='utf-8')
    draw(sys.stdin.read(), ' '.join(sys.argv[1:]))
