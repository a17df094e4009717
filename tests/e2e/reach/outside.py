#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
# What is there outside of a run: sockets, a terminal, memory, a key; until it is killed.  Says in
# OUT/outside.json where.
import ctypes, json, os, pty, select, signal, socket, sys

out, home = sys.argv[1], os.environ['HOME']
libc = ctypes.CDLL(None, use_errno=True)
keep = []


def listen(name):
    s = socket.socket(socket.AF_UNIX)
    s.bind(name)
    s.listen()
    keep.append(s)
    return name if name[0] == '/' else '@' + name[1:]


def key():
    if os.uname().machine != 'x86_64':
        return None
    serial = libc.syscall(248, b'user', b'orchestrator-reach', b'x', ctypes.c_size_t(1), -4)
    libc.syscall(250, 15, serial, 120)  # gone by itself
    return serial


agent, plain, device = home + '/agent', home + '/plain', '/dev/shm/reach-%d' % os.getpid()
for path in agent, plain, device:
    if os.path.exists(path):
        os.unlink(path)
open(device, 'w').close()
segment = libc.shmget(0, ctypes.c_size_t(4096), 0o600)
memory = os.memfd_create('reach')
master, slave = pty.openpty()
there = {'pid': os.getpid(), 'agent': listen(agent), 'plain': listen(plain),
         'abstract': listen('\0reach-%d' % os.getpid()), 'file': device, 'segment': segment,
         'memory': memory, 'terminal': os.ttyname(slave), 'key': key()}
with open(out + '/.outside', 'w') as f:
    json.dump(there, f)
os.rename(out + '/.outside', out + '/outside.json')


def end(*_):
    os.unlink(device)
    libc.shmctl(segment, 0, None)
    sys.exit(0)


signal.signal(signal.SIGTERM, end)
while True:
    for s in select.select(keep, [], [])[0]:
        s.accept()[0].close()
