# SPDX-License-Identifier: GPL-2.0-or-later
"""
replay.py BASE TRACE TOP same | plan SEED MOST | build STATE | show STATE

What a power loss may leave of what strace recorded (recorded.py).  BASE is a copy of the
directory TOP as it was, all on disk; TRACE is what was done to TOP.  `same' prints
where a replay of everything differs from TOP, or the number of operations; `plan' the
states, all of them or MOST that SEED draws, one a line: the state, and how many marks
(writes to a file `marks' outside TOP) came before; `build' makes TOP that state; `show'
prints its operations.

The model is a weak POSIX, as of ALICE: an operation is on disk when a sync began
after it had returned; any other may be, or may not.  fsync of a file brings its
data and the making of its name and of the directories above, as ext4, xfs and btrfs
do; fsync of a directory brings what was linked, renamed and removed in it (a rename
between two needs both); syncfs brings everything.  Operations on one name or one
inode's names stay in their order, and a rename is one step.  Modes are never lost.
What ext4 with data=ordered promises beyond that does not count here: that names
reach the disk in the order of their changes, and a name that replaces another one not
before the data.  At each point all sets of up to three of the last operations that are
not on disk are lost, or any one of them, or all (ACE: three suffice).
"""
import os
import random
import shutil
import sys

from recorded import Trace, World, calls, strange


def synced(ops, pending, node, begun):
	"""The changes missing on disk after a sync of node (None: of everything)."""
	if node is None:
		return [i for i in pending if i >= begun]
	chain, left = {node}, []
	for i in reversed(pending):
		op, done = ops[i], False
		if i < begun:
			if op.what == 'add' and op.args[2] in chain:
				chain.add(op.args[0])
				done = True
			elif node in op.needs:
				op.synced.add(node)
				done = op.synced.issuperset(op.needs)
		if not done:
			left.append(i)
	return left[::-1]


def states(ops):
	"""Each state once: (marks, operations that happened, those of them that are lost)."""
	for op in ops:
		op.synced = set()
	pending, seen, marks = [], set(), 0
	for k, op in enumerate(ops):
		if op.what == 'mark':
			marks += 1
		elif op.what == 'sync':
			pending = synced(ops, pending, *op.args)
		elif op.what != 'mode':
			pending.append(k)
		last = pending[-3:]
		sets = [[i for j, i in enumerate(last) if bits >> j & 1] for bits in range(1 << len(last))] + [pending] + [[i] for i in pending[:-3]]
		for lost in sets:
			lost, gone = set(lost), set()
			for i in pending:	# what follows on the same name goes with it
				touches = ops[i].touches()
				if i in lost or touches & gone:
					lost.add(i)
					gone |= touches
			n = k + 1
			while n and (n - 1 in lost or ops[n - 1].what in ('sync', 'mark', 'mode')):
				n -= 1
			lost = tuple(sorted(i for i in lost if i < n))
			if (marks, n, lost) not in seen:
				seen.add((marks, n, lost))
				yield marks, n, lost


def build(base, ops, top, n, lost):
	world = World(base)
	made = len(world.nodes)
	world.nodes += [node.copy() for node in live.nodes[made:]]
	for node in world.nodes[made:]:
		node.names = {}
		if node.kind == 'file' and not node.origin:
			node.data = b''
	for i in range(n):
		if i not in lost:
			world.do(ops[i])
	for name in os.listdir(top):
		path = os.path.join(top, name)
		shutil.rmtree(path) if os.path.isdir(path) and not os.path.islink(path) else os.unlink(path)
	done = {}
	for path, number in world.paths():
		node, path = world.nodes[number], os.path.join(top, path)
		if node.kind == 'dir':
			os.mkdir(path)
		elif node.kind == 'link':
			os.symlink(node.data, path)
		elif number in done:
			os.link(done[number], path)
		else:
			done[number] = path
			with open(path, 'wb') as f:
				f.write(node.data)
			if node.origin and open(node.origin, 'rb').read() == node.data:
				shutil.copystat(node.origin, path)
		if node.kind != 'link':
			os.chmod(path, node.mode)


def same(top):
	found = World(top)
	wrong = []
	ours, theirs = (dict((path, w.nodes[n]) for path, n in w.paths()) for w in (live, found))
	for path in sorted(set(ours) | set(theirs)):
		a, b = ours.get(path), theirs.get(path)
		if a is None or b is None:
			wrong.append('%s: %s' % (path, 'not replayed' if a is None else 'replayed, and not there'))
		elif (a.kind, a.data) != (b.kind, b.data) or a.mode != b.mode and a.kind != 'link':
			wrong.append(path + ': is another one')
	return wrong


if sys.argv[1:] == ['calls']:
	print(','.join(calls + strange))
	sys.exit()
base, trace, top, what = sys.argv[1:5]
live = World(base)
ops = Trace(live, top, open(trace, encoding='latin-1')).ops
if what == 'same':
	wrong = same(top)
	print('\n'.join(wrong[:5]) if wrong else sum(op.what != 'mark' for op in ops))
	sys.exit(bool(wrong))
elif what == 'plan':
	all_of_them = list(states(ops))
	most = int(sys.argv[6])
	if len(all_of_them) > most:
		all_of_them = sorted(random.Random(int(sys.argv[5])).sample(all_of_them, most))
	for marks, n, lost in all_of_them:
		print('%d:%s' % (n, ','.join(map(str, lost))), marks)
else:
	n, lost = sys.argv[5].split(':')
	n, lost = int(n), {int(i) for i in lost.split(',') if i}
	if what == 'build':
		build(base, ops, top, n, lost)
	else:
		for i, op in enumerate(ops[:n]):
			print(i, 'lost' if i in lost else '    ', op.line)
