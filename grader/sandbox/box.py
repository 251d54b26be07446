"""The box around a student's process: everything that the process may see and use is listed here.

Bubblewrap makes it: no network, no view of other processes, a read-only system without site-packages, 32 MB
of memory for files, and a user of its own without rights. `worker` sets the limits on memory, time, files and
processes before it runs the first line of a student's code; without rights the code cannot raise them again.
"""

import contextlib
import itertools
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from .clock import innermost

HERE = Path(__file__).parent
LIB = f"lib/python{sys.version_info[0]}.{sys.version_info[1]}"
HIDDEN = ("lib/python3/dist-packages", f"{LIB}/site-packages", f"{LIB}/dist-packages", "local")
INNER = """--unshare-all --unshare-user --disable-userns --die-with-parent --new-session --cap-drop ALL
    --uid 1000 --gid 1000 --hostname sandbox --clearenv --ro-bind /usr /usr"""
FILES = 32 << 20  # bytes for files; only /tmp can be written
FOLDERS = f"""--proc /proc --dev /dev --remount-ro /dev
    --size {FILES} --tmpfs /tmp --remount-ro / --chdir /tmp"""
OUTER = """--dev-bind / / --tmpfs /mnt --die-with-parent --cap-add ALL
    --perms 0755 --dir /mnt/box --perms 0755 --dir /mnt/box/site --perms 0755 --dir /mnt/box/site/IPython
    --perms 0755 --dir /mnt/box/site/IPython/core --perms 0755 --dir /mnt/box/site/IPython/utils"""
WITHOUT_RIGHTS = "--clear-groups --no-new-privs --inh-caps=-all --bounding-set=-all"
ENV = {
    "HOME": "/tmp",
    "LANG": "C.UTF-8",
    "LD_LIBRARY_PATH": "/box/python/lib",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "PATH": "/usr/bin",
    "PYTHONDONTWRITEBYTECODE": "1",
}
FIRST_USER, USERS = 1_000_000, 1_000_000  # the range of users for processes when the grader runs as root
_turn = itertools.count()


def missing() -> str:
    """Why this machine has no sandbox; ``""`` if it has one."""
    if not shutil.which("bwrap"):
        return "bubblewrap (the program bwrap) is not installed"
    try:
        argv = _argv("-c", "print(6 * 7)")
        tried = subprocess.run(argv, capture_output=True, text=True, timeout=60, env={})
    except (OSError, subprocess.TimeoutExpired) as problem:
        return f"bubblewrap does not work here: {problem}"
    works = tried.stdout.strip() == "42"
    return "" if works else f"bubblewrap does not work here: {tried.stderr.strip()[:300]}"


def _parts() -> dict[str, Path]:
    """What is mounted in the sandbox, and where: Python, NumPy, the three files that talk to the tests, and how IPython reads cells."""
    numpy, ipython = Path(np.__file__).parent, Path(find_spec("IPython").origin).parent
    parts = {
        "/box/python": Path(sys.base_prefix).resolve(),
        "/box/site/numpy": numpy,
        "/box/site/cells.py": HERE / "cells.py",
        "/box/site/channel.py": HERE / "channel.py",
        "/box/worker.py": HERE / "worker.py",
        **{f"/box/site/IPython/{name}": ipython / name for name in ("core/inputtransformer2.py", "utils/tokenutil.py")},
    }
    if (libs := numpy.parent / "numpy.libs").is_dir():
        parts["/box/site/numpy.libs"] = libs
    return parts


def _argv(*arguments: str) -> list[str]:
    """The command that runs Python with `arguments` in the sandbox."""
    bwrap, parts = shutil.which("bwrap") or "bwrap", _parts()
    python = parts["/box/python"]
    outer = []
    if os.geteuid() == 0:
        # The student's process gets a real user of its own. That user may be unable to reach Python, e.g. in
        # a home folder, so an outer bubblewrap first shows the parts under /mnt and then gives up its rights.
        user = FIRST_USER + (os.getpid() * 64 + next(_turn)) % USERS
        outer = [bwrap, *OUTER.split()]
        for place, path in parts.items():
            outer += ["--ro-bind", str(path), f"/mnt{place}"]
        outer += ["--", "setpriv", f"--reuid={user}", f"--regid={user}", *WITHOUT_RIGHTS.split(), "--"]
        parts = {place: Path(f"/mnt{place}") for place in parts}
    inner = [bwrap, *INNER.split()]
    for link in (Path("/lib"), Path("/lib64"), Path("/bin")):
        if link.is_symlink():
            inner += ["--symlink", os.readlink(link), str(link)]
        elif link.is_dir():
            inner += ["--ro-bind", str(link), str(link)]
    for place, path in parts.items():
        inner += ["--ro-bind", str(path), place]
    for name in HIDDEN:  # nnlib, which knows the right answers, may be installed there
        for place, path in (("/usr", Path("/usr")), ("/box/python", python)):
            if (path / name).is_dir():
                inner += ["--tmpfs", f"{place}/{name}", "--remount-ro", f"{place}/{name}"]
    for name, value in ENV.items():
        inner += ["--setenv", name, value]
    inner += [*FOLDERS.split(), "--"]
    program = Path(os.path.realpath(sys.executable)).relative_to(python)
    return [*outer, *inner, f"/box/python/{program}", "-I", "-S", *arguments]


class Box:
    """A running process for a student's code; `stdin` and `stdout` are the two ends of the channel."""

    def __init__(self, sandboxed: bool = True) -> None:
        self.folder = None if sandboxed else tempfile.TemporaryDirectory(prefix="student-")
        if self.folder:  # the same program without walls, because the instructor asked for it
            for place, path in _parts().items():
                if place.startswith("/box/site/"):
                    link = Path(self.folder.name, place.removeprefix("/box/"))
                    link.parent.mkdir(parents=True, exist_ok=True)
                    link.symlink_to(path)
            python = [os.path.realpath(sys.executable), "-I", "-S"]
            argv = [*python, str(HERE / "worker.py"), f"{self.folder.name}/site"]
        else:
            argv = _argv("/box/worker.py", "/box/site")
        cwd = self.folder.name if self.folder else "/"
        pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
        self.process = subprocess.Popen(argv, **pipes, env=ENV, cwd=cwd, bufsize=0, start_new_session=True)
        self.stdin, self.stdout = self.process.stdin, self.process.stdout

    @property
    def pid(self) -> int:
        """The student's process; `process` may be a bubblewrap around it."""
        return innermost(self.process.pid)

    def close(self) -> str:
        """End the process and all that it started; return what bubblewrap wrote to stderr."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        stderr = self.process.stderr.read(2000).decode(errors="replace")
        self.process.wait()
        for pipe in (self.stdin, self.stdout, self.process.stderr):
            pipe.close()
        if self.folder:
            self.folder.cleanup()
        return stderr.strip()
