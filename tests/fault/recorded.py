# SPDX-License-Identifier: GPL-2.0-or-later
"""What strace recorded (-f -y, all calls of `calls' and `strange'), as operations on a tree of
nodes.  A call that would change files in a way that is not understood ends the program."""
import os
import re
import stat
import sys

calls = '''openat write pwrite64 ftruncate lseek copy_file_range rename renameat renameat2 link
linkat symlink symlinkat unlink unlinkat mkdir mkdirat rmdir chmod fchmod fchmodat chdir fsync
fdatasync syncfs sync_file_range'''.split()
# What would change files in a way that is not understood: an error.
strange = '''open creat writev pwritev pwritev2 truncate fallocate sendfile splice sync fchdir
mknod mknodat openat2'''.split()
token = re.compile(r'"(?:[^"\\]|\\.)*"|<[^>]*>|[^,"<>]+|,')
escape = re.compile(rb'\\([0-7]{1,3}|.)')
plain = {b'n': b'\n', b't': b'\t', b'r': b'\r', b'v': b'\v', b'f': b'\f'}


def text(quoted):
	def one(m):
		c = m.group(1)
		return bytes([int(c, 8)]) if c[:1].isdigit() else plain.get(c, c)
	return escape.sub(one, quoted[1:-1].encode('latin-1'))


class Node:
	def __init__(self, kind, mode, data=b'', origin=None):
		self.kind, self.mode, self.data, self.origin = kind, mode, data, origin
		self.names = {}

	def copy(self):
		node = Node(self.kind, self.mode, self.data, self.origin)
		node.names = dict(self.names)
		return node


class World:
	"""Nodes by number; 0 is the top."""

	def __init__(self, base):
		self.nodes = [Node('dir', 0o755)]
		seen = {}
		for at, dirs, files in os.walk(base):
			here = self.find(os.path.relpath(at, base))
			for name in dirs + files:
				path = os.path.join(at, name)
				s = os.lstat(path)
				n = seen.get(s.st_ino)
				if n is None:
					n = seen[s.st_ino] = len(self.nodes)
					if stat.S_ISLNK(s.st_mode):
						node = Node('link', 0, os.fsencode(os.readlink(path)))
					elif stat.S_ISDIR(s.st_mode):
						node = Node('dir', s.st_mode & 0o7777)
					else:
						node = Node('file', s.st_mode & 0o7777, open(path, 'rb').read(), path)
					self.nodes.append(node)
				self.nodes[here].names[name] = n

	def find(self, path):
		n = 0
		for part in path.split('/'):
			if part not in ('', '.'):
				n = self.nodes[n].names.get(part) if n is not None else None
		return n

	def new(self, kind, mode, data=b''):
		self.nodes.append(Node(kind, mode, data))
		return len(self.nodes) - 1

	def do(self, op):
		what, a = op.what, op.args
		names = lambda n: self.nodes[n].names
		if what == 'add':
			names(a[0])[a[1]] = a[2]
		elif what == 'del':
			names(a[0]).pop(a[1], None)
		elif what == 'ren':
			if names(a[0]).get(a[1]) == a[4]:
				del names(a[0])[a[1]]
			names(a[2])[a[3]] = a[4]
		elif what == 'swap':
			names(a[0])[a[1]], names(a[2])[a[3]] = a[5], a[4]
		elif what == 'mode':
			self.nodes[a[0]].mode = a[1]
		elif what == 'size':
			node = self.nodes[a[0]]
			node.data = node.data[:a[1]].ljust(a[1], b'\0')
		elif what == 'data':
			node = self.nodes[a[0]]
			node.data = node.data[:a[1]].ljust(a[1], b'\0') + a[2] + node.data[a[1] + len(a[2]):]

	def paths(self, n=0, at=''):
		for name, child in sorted(self.nodes[n].names.items()):
			yield at + name, child
			if self.nodes[child].kind == 'dir':
				yield from self.paths(child, at + name + '/')


class Op:
	def __init__(self, what, *args):
		self.what, self.args = what, args
		self.needs = {'add': args[:1], 'del': args[:1], 'ren': args[0:3:2],
		    'swap': args[0:3:2], 'data': args[:1], 'size': args[:1]}.get(what, ())

	def touches(self):	# whose order is kept
		a = self.args
		return {'add': lambda: {a[2], a[:2]}, 'del': lambda: {a[2], a[:2]},
		    'ren': lambda: {a[4], a[:2], a[2:4]}, 'swap': lambda: {a[4], a[5], a[:2], a[2:4]}
		}.get(self.what, set)()


class Trace:
	def __init__(self, world, top, lines):
		self.world, self.top, self.ops, self.cwd, self.at, self.appends = world, top, [], {}, {}, set()
		self.out = []
		started = {}
		for line in lines:
			pid, line = line.split(None, 1)
			m = re.match(r'<\.\.\. \w+ resumed>(.*)', line, re.S)
			begun = len(self.ops)
			if m:
				line, begun = started.pop(pid)
				line += m.group(1)
			elif line.rstrip().endswith('<unfinished ...>'):
				started[pid] = line.rstrip()[:-len('<unfinished ...>')], begun
				continue
			m = re.match(r'(\w+)\((.*)\)\s+= (-?\d+)(?:<([^>]*)>)?', line, re.S)
			if not m or int(m.group(3)) < 0:
				continue
			self.begun, self.line = begun, line.replace(top, '')[:240].strip()
			args, deep = [''], token.findall(m.group(2))
			for t in deep:
				if t == ',':
					args.append('')
				else:
					args[-1] += t.strip() if t[0] != '"' else t
			self.call(pid, m.group(1), args, int(m.group(3)), m.group(4))

	def put(self, *op):
		op = Op(*op)
		op.line = self.line
		self.world.do(op)
		self.ops.append(op)

	def path(self, pid, directory, name):
		name = os.fsdecode(text(name))
		if directory is not None and '<' in directory:
			directory = directory[directory.index('<') + 1:-1]
		if name.startswith('/'):
			return os.path.normpath(name)
		if directory is None:
			directory = self.cwd[pid]
		return os.path.normpath(os.path.join(directory, name))

	def inside(self, path):		# the part below the top, or None
		if path == self.top:
			return ''
		return path[len(self.top) + 1:] if path.startswith(self.top + '/') else None

	def place(self, pid, directory, name):	# directory's node and name, or None
		path = self.inside(self.path(pid, directory, name))
		if not path:
			return None
		at, _, name = path.rpartition('/')
		at = self.world.find(at)
		return None if at is None else (at, name)

	def node(self, fd):
		path = self.inside(fd[fd.index('<') + 1:-1]) if '<' in fd else None
		return None if path is None else self.world.find(path)

	def call(self, pid, name, a, ret, result):
		for arg in a[:3]:
			if arg.startswith('AT_FDCWD<'):
				self.cwd[pid] = arg[9:-1]
		if name in strange and (name != 'openat2' or 'O_WRONLY' in a[2] or 'O_RDWR' in a[2]):
			sys.exit('not understood: %s(%s)' % (name, ', '.join(a)[:200]))
		if name == 'chdir':
			self.cwd[pid] = self.path(pid, None, a[0])
		elif name in ('rename', 'link', 'symlink', 'unlink', 'rmdir', 'mkdir', 'chmod'):
			at = {'rename': (0, 1), 'link': (0, 1), 'symlink': (1,)}.get(name, (0,))
			a = [x for i, arg in enumerate(a) for x in ((None, arg) if i in at else (arg,))]
			if name == 'rmdir':
				a.append('AT_REMOVEDIR')
			getattr(self, {'rmdir': 'unlink'}.get(name, name))(pid, a)
		elif name in ('renameat', 'renameat2', 'linkat', 'symlinkat', 'unlinkat', 'mkdirat', 'fchmodat'):
			{'renameat': self.rename, 'renameat2': self.rename, 'linkat': self.link,
			    'symlinkat': self.symlink, 'unlinkat': self.unlink, 'mkdirat': self.mkdir,
			    'fchmodat': self.chmod}[name](pid, a)
		elif name == 'openat':
			self.open(pid, a)
		elif name == 'sync_file_range':	# on its way: the next fsync waits for it, too
			if self.node(a[0]) is not None:
				self.out.append((self.node(a[0]), self.begun))
		elif name in ('fsync', 'fdatasync', 'syncfs'):
			for n, begun in self.out:
				self.put('sync', n, begun)
			self.out = []
			n = self.node(a[0])
			if n is not None:
				self.put('sync', None if name == 'syncfs' else n, self.begun)
		elif name == 'write' and a[0].endswith('/marks>') and self.node(a[0]) is None:
			self.put('mark')
		else:
			fd = a[2] if name == 'copy_file_range' else a[0]
			n = self.node(fd)
			if n is not None and self.world.nodes[n].kind == 'file':
				self.file(name, n, a, ret)

	def file(self, name, n, a, ret):
		data = self.world.nodes[n].data
		at = len(data) if n in self.appends else self.at.get(n, 0)
		if name == 'write':
			self.put('data', n, at, text(a[1])[:ret])
			self.at[n] = at + ret
		elif name == 'pwrite64':
			self.put('data', n, int(a[3]), text(a[1])[:ret])
		elif name == 'lseek':
			self.at[n] = ret
		elif name == 'ftruncate':
			self.put('size', n, int(a[1]))
		elif name == 'fchmod':
			self.put('mode', n, int(a[1], 8))
		elif name == 'copy_file_range' and ret > 0:
			source = self.world.nodes[self.node(a[0])].data if self.node(a[0]) is not None else \
			    open(a[0][a[0].index('<') + 1:-1], 'rb').read()
			self.put('data', n, at, source[at:at + ret])
			self.at[n] = at + ret

	def open(self, pid, a):
		place = self.place(pid, a[0], a[1])
		if place is None or 'O_WRONLY' not in a[2] and 'O_RDWR' not in a[2]:
			return
		n = self.world.nodes[place[0]].names.get(place[1])
		if n is None:
			n = self.world.new('file', int(a[3], 8) & ~0o22)
			self.put('add', *place, n)
		elif 'O_TRUNC' in a[2] and self.world.nodes[n].data:
			self.put('size', n, 0)
		self.at[n] = 0
		(self.appends.add if 'O_APPEND' in a[2] else self.appends.discard)(n)

	def rename(self, pid, a):
		old, new = self.place(pid, a[0], a[1]), self.place(pid, a[2], a[3])
		if (old is None) != (new is None):
			sys.exit('a rename across the top: %s' % ', '.join(a))
		if old is None:
			return
		n = self.world.nodes[old[0]].names[old[1]]
		if 'RENAME_EXCHANGE' in ''.join(a[4:]):
			self.put('swap', *old, *new, n, self.world.nodes[new[0]].names[new[1]])
		else:
			self.put('ren', *old, *new, n)

	def link(self, pid, a):
		old, new = self.place(pid, a[0], a[1]), self.place(pid, a[2], a[3])
		if new is not None and old is None:	# from outside, where it stays as it is
			path = self.path(pid, a[0], a[1])
			data = open(path, 'rb').read()
			n = self.world.new('file', os.stat(path).st_mode & 0o7777, data)
			self.world.nodes[n].origin = path
			self.put('add', *new, n)
		elif new is not None:
			self.put('add', *new, self.world.nodes[old[0]].names[old[1]])

	def symlink(self, pid, a):
		new = self.place(pid, a[1], a[2])
		if new is not None:
			self.put('add', *new, self.world.new('link', 0, text(a[0])))

	def mkdir(self, pid, a):
		new = self.place(pid, a[0], a[1])
		if new is not None:
			self.put('add', *new, self.world.new('dir', int(a[2], 8) & ~0o22))

	def unlink(self, pid, a):
		old = self.place(pid, a[0], a[1])
		if old is not None:
			self.put('del', *old, self.world.nodes[old[0]].names[old[1]])

	def chmod(self, pid, a):
		old = self.place(pid, a[0], a[1])
		if old is not None:
			self.put('mode', self.world.nodes[old[0]].names[old[1]], int(a[2], 8))
