"""The box around the students' processes: everything that they may see and use is listed here.

Bubblewrap makes it: no network, no view of other processes, no /proc, a read-only system without site-packages, 32 MB
of memory for files, and a user of its own without rights. The limits on memory, time and files and an empty keyring are
set before bubblewrap starts, so that nothing inside is without them; `syscalls` lists what may be asked of the kernel.

In each box a template waits that has already imported NumPy (which takes 60 ms) and forks a process for one student
after another. It never has two at a time, and a box in which somebody touched a file serves nobody else. A student's
process is ended from outside, and so is the box; it also ends when the grader is gone, because the template then reads
the end of its socket, and with the first process of a namespace the kernel ends all others.
"""

import contextlib
import ctypes
import os
import random
import resource
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections import defaultdict
from functools import partial
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from . import syscalls

HERE = Path(__file__).parent
PACKAGES = "bubblewrap libseccomp2"  # Debian's names of what a sandbox needs
LIB = f"lib/python{sys.version_info[0]}.{sys.version_info[1]}"
HIDDEN = ("lib/python3/dist-packages", f"{LIB}/site-packages", f"{LIB}/dist-packages", "local")
INNER = """--unshare-all --unshare-user --disable-userns --as-pid-1 --new-session --cap-drop ALL
    --uid 1000 --gid 1000 --hostname sandbox --ro-bind /usr /usr
    --dev-bind /dev/full /dev/full --dev-bind /dev/null /dev/null --dev-bind /dev/random /dev/random
    --dev-bind /dev/urandom /dev/urandom --dev-bind /dev/zero /dev/zero"""
FOLDERS = f"--size {32 << 20} --tmpfs /tmp --remount-ro / --chdir /tmp"  # bytes for files, only in /tmp
OUTER = """--dev-bind / / --tmpfs /mnt --cap-add ALL
    --perms 0755 --dir /mnt/box --perms 0755 --dir /mnt/box/site --perms 0755 --dir /mnt/box/site/IPython
    --perms 0755 --dir /mnt/box/site/IPython/core --perms 0755 --dir /mnt/box/site/IPython/utils"""
WITHOUT_RIGHTS = "--clear-groups --no-new-privs --inh-caps=-all --bounding-set=-all"
ENV = {"HOME": "/tmp", "LANG": "C.UTF-8", "LD_LIBRARY_PATH": "/box/python/lib", "PATH": "/usr/bin", "USER": "student",
       "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0"}
FIRST_USER = 1_000_000  # of as many for processes when the grader runs as root
END_SECONDS = 10
START_SECONDS = 60  # to import NumPy on a busy machine
LIMITS = {"AS": 1 << 30, "CPU": 3600, "FSIZE": 16 << 20, "NOFILE": 64, "CORE": 0, "MEMLOCK": 0, "MSGQUEUE": 0}
JOIN_SESSION_KEYRING = 1  # of keyctl
LIBC = ctypes.CDLL(None)
_idle: dict[tuple[int, bool], list["Template"]] = defaultdict(list)  # by who started them, and whether in a sandbox


def missing() -> str:
    """Why this machine has no sandbox; ``""`` if it has one."""
    if not shutil.which("bwrap"):
        return "bubblewrap (the program bwrap) is not installed"
    try:
        Box().close()
    except ImportError as problem:
        return f"{problem} (pip install -r requirements.txt)"
    except (OSError, RuntimeError) as problem:
        return f"the sandbox does not work here: {str(problem)[:300]}"
    return ""


def _parts() -> dict[str, Path]:
    """What is mounted in the sandbox, and where: Python, NumPy, our files, and IPython's that read cells."""
    numpy, ipython = Path(np.__file__).parents[1], Path(find_spec("IPython").origin).parents[1]
    site = [(numpy, "numpy"), (numpy, "numpy.libs"), (HERE, "cells.py"), (HERE, "channel.py"),
            (ipython, "IPython/core/inputtransformer2.py"), (ipython, "IPython/utils/tokenutil.py")]
    return {"/box/python": Path(sys.base_prefix).resolve(), "/box/worker.py": HERE / "worker.py",
            **{f"/box/site/{name}": folder / name for folder, name in site if (folder / name).exists()}}


def _argv(filter_fd: int) -> list[str]:
    """The command that runs Python in the sandbox, under the filter that can be read from `filter_fd`."""
    bwrap, parts, outer = shutil.which("bwrap") or "bwrap", _parts(), []
    python = parts["/box/python"]
    if os.geteuid() == 0:
        # The student's process gets a real user of its own. That user may be unable to reach Python, e.g. in
        # a home folder, so an outer bubblewrap first shows the parts under /mnt and then gives up its rights.
        user = random.randrange(FIRST_USER, 2 * FIRST_USER)
        outer = [bwrap, *OUTER.split()]
        for place, path in parts.items():
            outer += ["--ro-bind", str(path), f"/mnt{place}"]
        outer += ["--", "setpriv", f"--reuid={user}", f"--regid={user}", *WITHOUT_RIGHTS.split(), "--"]
        parts = {place: Path(f"/mnt{place}") for place in parts}
    inner = [bwrap, *INNER.split()]
    for link in filter(os.path.isdir, ("/lib", "/lib64", "/bin")):
        inner += ["--symlink", os.readlink(link), link] if os.path.islink(link) else ["--ro-bind", link, link]
    for place, path in parts.items():
        inner += ["--ro-bind", str(path), place]
    for name in HIDDEN:  # nnlib, which knows the right answers, may be installed there
        for place, path in (("/usr", Path("/usr")), ("/box/python", python)):
            if (path / name).is_dir():
                inner += ["--tmpfs", f"{place}/{name}", "--remount-ro", f"{place}/{name}"]
    inner += [*FOLDERS.split(), "--seccomp", str(filter_fd), "--"]
    program = Path(os.path.realpath(sys.executable)).relative_to(python)
    return [*outer, *inner, f"/box/python/{program}"]


def _limit(keyctl: int) -> None:
    """Give the process that becomes bubblewrap what all in the box inherit: limits and an empty keyring."""
    for name, limit in LIMITS.items():
        kind = getattr(resource, f"RLIMIT_{name}")
        resource.setrlimit(kind, 2 * (min(limit, resource.getrlimit(kind)[1] % 2**64),))  # -1 says that there is none
    if keyctl:
        LIBC.syscall(keyctl, JOIN_SESSION_KEYRING, None)


class Template:
    """A process with NumPy, in a sandbox, that forks one process after another for students' code."""

    def __init__(self, sandboxed: bool) -> None:
        self.sandboxed, keyctl = sandboxed, 0
        self.control, theirs = socket.socketpair()
        self.control.settimeout(START_SECONDS)
        self.stderr = os.memfd_create("stderr")  # nobody waits at its end, as one would at a pipe's
        self.folder: tempfile.TemporaryDirectory[str] | None = None
        with theirs, tempfile.TemporaryFile() as filter:
            if sandboxed:
                keyctl = syscalls.number("keyctl")
                filter.write(syscalls.program(f"{syscalls.STUDENT} {syscalls.TEMPLATE}"))
                filter.seek(0)
                argv = [*_argv(filter.fileno()), "-P", "-s", "-S", "/box/worker.py", "/box/site", "/tmp"]
                argv.append(syscalls.program(syscalls.STUDENT).hex())
            else:  # the same program without walls, because the instructor asked for it
                self.folder = tempfile.TemporaryDirectory(prefix="student-")
                (cwd := Path(self.folder.name, "cwd")).mkdir()
                for place, path in _parts().items():
                    link = Path(f"{self.folder.name}{place}")
                    link.parent.mkdir(parents=True, exist_ok=True)
                    link.symlink_to(path)
                site = f"{self.folder.name}/box/site"
                argv = [os.path.realpath(sys.executable), "-P", "-s", "-S", HERE / "worker.py", site, cwd, ""]
            self.process = subprocess.Popen(
                argv, stdin=theirs, stdout=subprocess.DEVNULL, stderr=self.stderr, pass_fds=[filter.fileno()],
                env=ENV, cwd="/", preexec_fn=partial(_limit, keyctl), start_new_session=True)

    def fork(self, ends: list[int]) -> int | None:
        """A handle (pidfd) on a new process with this end of its channel; None if the box has ended."""
        try:
            socket.send_fds(self.control, [b"?"], ends)
            _, handles, *_ = socket.recv_fds(self.control, 1, 1)
        except OSError:
            return None
        return handles[0] if handles else None

    def close(self) -> str:
        """End the box and all that is in it; return what was written to stderr."""
        self.control.close()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        if self.folder:
            self.folder.cleanup()
        with os.fdopen(self.stderr, "rb") as file:
            file.seek(0)
            return file.read(2000).decode(errors="replace").strip()


class Box:
    """A running process for a student's code, and our end of the channel to it."""

    def __init__(self, sandboxed: bool = True) -> None:
        while True:
            idle = _idle[os.getpid(), sandboxed]
            self.template, new = (idle.pop(), False) if idle else (Template(sandboxed), True)
            self.channel, theirs = socket.socketpair()
            with theirs:
                self.handle = self.template.fork([theirs.fileno()])
            if self.handle and select.select([self.channel], [], [], START_SECONDS)[0] and self.channel.recv(1):
                break
            self.channel.close()
            reason = self.template.close()
            if new:  # else somebody has left something in that box, so that it has ended
                raise RuntimeError(f"the sandbox did not start: {reason or 'no reason given'}")
        self.channel.setblocking(False)  # a process that reads nothing must not block us
        # The process as this machine counts it, for a clock that looks at it from outside.
        self.pid = int(Path(f"/proc/self/fdinfo/{self.handle}").read_text().partition("Pid:")[2].split()[0])

    def close(self) -> None:
        """End the process from outside."""
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self.handle, signal.SIGKILL)
        select.select([self.handle], [], [], END_SECONDS)
        _idle[os.getpid(), self.template.sandboxed].append(self.template)
        os.close(self.handle)
        self.channel.close()
