#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
# probe.py OUT KIND: tries all that a run could do to things of others, and prints what worked, a
# line each.  Where nothing confines it, KIND off, only what reach/outside.py and the session have is
# tried: the rest of the machine is left alone.
import ctypes, errno, json, os, resource, socket, stat, sys

out, kind = sys.argv[1:]
named = kind == 'off'
world = json.load(open(out + '/outside.json'))
env, me = os.environ, os.getpid()
libc = ctypes.CDLL(None, use_errno=True)
state = json.load(open(env['SESSION_DIR'] + '/state.json'))
top = os.path.dirname(out)
# A directory of the machine is looked at until so many entries; of the test all.
FEW = 1500
NUMBERS = {'x86_64': {'keyctl': 250, 'io_uring_setup': 425, 'userfaultfd': 323, 'bpf': 321,
                      'perf_event_open': 298, 'open_by_handle_at': 304, 'kexec_load': 246}}
found = set()


def say(what, which):
    found.add(what + ' ' + name_of(which))


def mounts():
    for line in open('/proc/self/mountinfo'):
        yield line.split()[4]


# In the place of /tmp a run has a directory of its own, in which others are mounted.
PRIVATE = ('/tmp', '/var/tmp', '/dev/shm', env['SESSION_DIR'] + '/tmp') if kind == 'bubblewrap' else ()
MOUNTS = sorted(mounts(), key=len, reverse=True)
NAMES = [(out, '$OUT'), (env['WORKTREE'], '$W'), (env['SESSION_DIR'], '$S'), (env['HOME'], '$HOME'),
         (top + '/repo', '$R'), (top, '$T'), (world['terminal'], '$TERMINAL'),
         (world['file'], '$FILE'), (world['abstract'], '$ABSTRACT')]


def below(path, place):
    return path == place or path.startswith(place.rstrip('/') + '/')


def is_private(path):
    return next((m for m in MOUNTS if below(path, m)), '/') in PRIVATE or below(path, env['SESSION_DIR'] + '/tmp')


def name_of(which):
    if which[0] == '/' and is_private(which):
        return '$TMP'
    for path, name in NAMES:
        if below(which, path):
            return name + which[len(path):]
    return which


def works(fn, *args):
    try:
        fn(*args)
        return True
    except OSError:
        return False


def may_write(path, follow=False):
    flags = os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY | (0 if follow else os.O_NOFOLLOW)
    try:
        os.close(os.open(path, flags))
        return True
    except OSError as e:
        return e.errno == errno.ENXIO  # a FIFO that nobody reads


def connects(name):
    for kind in socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_SEQPACKET:
        with socket.socket(socket.AF_UNIX, kind) as s:
            s.settimeout(1)
            try:
                s.connect(name)
                return True
            except OSError:
                pass
    return False


def may_move(path):
    return '/inbox/' not in path and not is_private(path)


def move(path):
    try:
        os.rename(path, path + '.reach')
        os.rename(path + '.reach', path)
        return True
    except OSError:
        return False


def entry(e, path, ours):
    try:
        mode = stat.S_IFREG if e.is_file(follow_symlinks=False) else e.stat(follow_symlinks=False).st_mode
    except OSError:  # gone
        return
    if stat.S_ISSOCK(mode):
        if connects(path):
            say('connect', path)
    elif stat.S_ISLNK(mode):
        pass
    elif stat.S_ISREG(mode) or stat.S_ISFIFO(mode) or not any(w in e.name for w in ('watchdog', 'st')):
        if may_write(path):
            say('write', path)
    if ours and may_move(path) and move(path):
        say('rename', path)


def create(path):
    name = '%s/.reach-%d' % (path, me)
    try:
        if '/inbox/' in path:  # what is put there makes a verdict void
            os.close(os.open(path, os.O_WRONLY | os.O_TMPFILE, 0o600))
            say('create', path)
            return
        os.close(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        os.unlink(name)
        say('create', path)
    except OSError:
        pass


def walk(start, limit=FEW):
    todo, seen = [start], 0
    while todo:
        path = todo.pop(0)
        ours = below(path, top)
        create(path)
        try:
            entries = sorted(os.scandir(path), key=lambda e: e.name)
        except OSError:
            continue
        for e in entries:
            inner = path.rstrip('/') + '/' + e.name
            seen += 1
            if seen > limit and not ours:
                return
            if not e.is_dir(follow_symlinks=False):
                entry(e, inner, ours)
                continue
            if ours and may_move(inner) and move(inner):
                say('rename', inner)
            # processes are looked at below
            if path != '/proc' or not e.name.isdigit() and e.name not in ('self', 'thread-self'):
                todo.append(inner)


def own_fds():
    for fd in os.listdir('/proc/self/fd'):
        path = '/proc/self/fd/' + fd
        try:
            to = os.readlink(path)
        except OSError:
            continue
        if to[0] == '/' and not os.path.isdir(path) and may_write(path, True):
            say('reopen', to)


def trace(pid):
    child = os.fork()  # what it holds is let go with it
    if child == 0:
        os._exit(0 if libc.ptrace(0x4206, pid, None, None) == 0 else 1)
    return os.waitpid(child, 0)[1] == 0


def process(pid, who):
    if works(os.kill, pid, 0):
        say('signal', who)
    if trace(pid):
        say('trace', who)
    for name in 'environ', 'mem', 'maps', 'fd/0', 'cwd', 'root':
        try:
            with open('/proc/%d/%s' % (pid, name), 'rb') as f:
                if name == 'mem' or f.read(1):
                    say('read', '%s %s' % (who, name))
        except IsADirectoryError:
            say('read', '%s %s' % (who, name))
        except OSError:
            pass
    for name in 'oom_score_adj', 'mem', 'clear_refs', 'fd/%d' % world['memory']:
        if may_write('/proc/%d/%s' % (pid, name), True):
            say('write', '%s %s' % (who, name.replace(str(world['memory']), 'memory')))
    for name, same in (
            ('priority', lambda: os.setpriority(os.PRIO_PROCESS, pid, os.getpriority(os.PRIO_PROCESS, pid))),
            ('affinity', lambda: os.sched_setaffinity(pid, os.sched_getaffinity(pid))),
            ('limits', lambda: resource.prlimit(pid, resource.RLIMIT_CORE, resource.prlimit(pid, resource.RLIMIT_CORE)))):
        if works(same):
            say('tune', '%s %s' % (who, name))


def processes():
    for name in os.listdir('/proc'):
        if not name.isdigit() or int(name) == me:
            continue
        pid = int(name)
        try:
            sid = os.getsid(pid)
        except OSError:
            sid = -1
        if sid == os.getsid(0):
            continue
        who = {world['pid']: 'outside', state['worker_pid']: 'worker'}.get(pid, 'other')
        if os.path.exists('/proc/1/stat') and pid == 1 and open('/proc/1/stat').read().split()[1] == '(worker)':
            who = 'holder'
        if not named or who in ('outside', 'worker'):
            process(pid, who)


def call(name, *args):
    number = NUMBERS.get(os.uname().machine, {}).get(name)
    if number is None:
        return
    ctypes.set_errno(0)
    rc = libc.syscall(number, *args)
    if rc != -1 or ctypes.get_errno() not in (errno.ENOSYS, errno.EPERM):
        say('call', name)


def calls():
    call('keyctl', 0, -4, 0)
    call('io_uring_setup', 0, None)
    call('userfaultfd', -1)
    call('bpf', -1, None, 0)
    call('perf_event_open', None, -1, -1, -1, 0)
    call('open_by_handle_at', -1, None, 0)
    call('kexec_load', 0, 0, None, -1)
    if os.uname().machine == 'x86_64' and libc.syscall(250, 10, -4, b'user', b'orchestrator-reach', 0) != -1:
        say('read', 'key')
    ctypes.set_errno(0)
    libc.ioctl(-1, 0x5412, b'x')
    if ctypes.get_errno() != errno.EPERM:
        say('call', 'TIOCSTI')
    libc.shmat.restype = ctypes.c_void_p
    if libc.shmat(world['segment'], None, 0) != ctypes.c_void_p(-1).value:
        say('write', 'segment')
    if works(lambda: os.openpty()):
        say('have', 'terminal')
    if os.spawnlp(os.P_WAIT, 'unshare', 'unshare', '-Ur', 'true') == 0:
        say('have', 'namespace')
    if len(open('/proc/net/dev').readlines()) > 3:
        say('have', 'network')


def abstract():
    for line in open('/proc/net/unix'):
        name = line.split()[-1]
        if name[0] == '@' and (not named or name == world['abstract']) and connects('\0' + name[1:]):
            say('connect', name)


def others():
    for name in 'terminal', 'file':
        if may_write(world[name]):
            say('write', world[name])
        if works(lambda: os.close(os.open(world[name], os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY))):
            say('read', world[name])


if named:
    for path in env['SESSION_DIR'], top + '/repo', env['HOME']:
        create(path)
    for path in env['SESSION_DIR'] + '/state.json', top + '/repo/d1/file1', '/proc/sys/kernel/core_pattern':
        if may_write(path):
            say('write', path)
    if move(top + '/repo/d1/file1'):
        say('rename', top + '/repo/d1/file1')
else:
    create('/')
    for name in sorted(os.listdir('/')) if works(os.listdir, '/') else os.environ['ROOTS'].split():
        if os.path.isdir('/' + name) and not os.path.islink('/' + name):
            walk('/' + name)
    walk(top)
for name in 'agent', 'plain':
    if connects(world[name]):
        say('connect', world[name])
own_fds()
abstract()
processes()
others()
calls()
for line in sorted(found):
    print(line)
