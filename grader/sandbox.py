"""The sandbox: what a student's process may see and use. Everything it is given is listed here.

It is bubblewrap: no network, no view of other processes, a read-only system without site-packages, 32 MB of
memory for files, a user of its own without rights. The limits on memory, time, files and processes are set by
`worker` before it runs the first line of a student's code; without rights they cannot be raised again.
"""

import itertools
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
LIB = f"lib/python{sys.version_info[0]}.{sys.version_info[1]}"
HIDDEN = ("lib/python3/dist-packages", f"{LIB}/site-packages", f"{LIB}/dist-packages", "local")
FILES = str(32 << 20)
ENV = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1", "LANG": "C.UTF-8",
       "HOME": "/tmp", "PATH": "/usr/bin"}  # fmt: skip
FIRST_USER, USERS = 1_000_000, 1_000_000  # host users for launches as root: the limits of processes count a user
_turn = itertools.count()


def missing() -> str:
    """Why there is no sandbox here, or ``""``."""
    if not shutil.which("bwrap"):
        return "bubblewrap (the program bwrap) is not installed"
    try:
        tried = subprocess.run(_argv(["-c", "print(6 * 7)"]), capture_output=True, text=True, timeout=60, env={})
    except subprocess.TimeoutExpired:
        return "bubblewrap does not come back"
    return "" if tried.stdout.strip() == "42" else f"bubblewrap does not work here: {tried.stderr.strip()[:300]}"


def _parts() -> dict[str, Path]:
    """What is bound into the sandbox, and where: Python, NumPy and the two files that talk to the tests."""
    numpy = Path(np.__file__).parent
    parts = {"python": Path(sys.base_prefix).resolve(), "site/numpy": numpy, "site/channel.py": HERE / "channel.py",
             "worker.py": HERE / "worker.py"}  # fmt: skip
    if (libs := numpy.parent / "numpy.libs").is_dir():
        parts["site/numpy.libs"] = libs
    return parts


def _argv(arguments: list[str]) -> list[str]:
    """The command that runs Python with `arguments` in the sandbox."""
    parts, before = {f"/box/{name}": path for name, path in _parts().items()}, []
    if os.geteuid() == 0:
        # The student's process gets a real user of its own. That user may be unable to reach Python (in a home
        # folder, say), so an outer bubblewrap shows these folders under /mnt first and hands over the rights.
        user = str(FIRST_USER + (os.getpid() * 64 + next(_turn)) % USERS)
        before = [_bwrap(), "--dev-bind", "/", "/", "--tmpfs", "/mnt", "--die-with-parent", "--cap-add", "ALL",
                  "--perms", "0755", "--dir", "/mnt/box", "--perms", "0755", "--dir", "/mnt/box/site"]  # fmt: skip
        for place, path in parts.items():
            before += ["--ro-bind", str(path), f"/mnt{place}"]
        before += ["--", "setpriv", "--reuid", user, "--regid", user, "--clear-groups", "--inh-caps=-all",
                   "--bounding-set=-all", "--no-new-privs", "--"]  # fmt: skip
        parts = {place: Path(f"/mnt{place}") for place in parts}
    inner = [_bwrap(), "--unshare-all", "--unshare-user", "--disable-userns", "--die-with-parent", "--new-session",
             "--cap-drop", "ALL", "--uid", "1000", "--gid", "1000", "--hostname", "sandbox", "--clearenv",
             "--ro-bind", "/usr", "/usr"]  # fmt: skip
    for name in ("lib", "lib64", "bin"):
        link = Path("/", name)
        if link.is_symlink():
            inner += ["--symlink", os.readlink(link), str(link)]
        elif link.is_dir():
            inner += ["--ro-bind", str(link), str(link)]
    for place, path in parts.items():
        inner += ["--ro-bind", str(path), place]
    real = _parts()["python"]
    for name in HIDDEN:  # nnlib may be installed there
        inner += ["--tmpfs", f"/usr/{name}"] if Path("/usr", name).is_dir() else []
        inner += ["--tmpfs", f"/box/python/{name}"] if (real / name).is_dir() else []
    for name, value in ENV.items():
        inner += ["--setenv", name, value]
    inner += ["--setenv", "LD_LIBRARY_PATH", "/box/python/lib", "--proc", "/proc", "--dev", "/dev",
              "--size", FILES, "--tmpfs", "/dev/shm", "--remount-ro", "/dev", "--size", FILES, "--tmpfs", "/tmp",
              "--remount-ro", "/", "--chdir", "/tmp", "--"]  # fmt: skip
    program = Path(os.path.realpath(sys.executable)).relative_to(real)
    return [*before, *inner, f"/box/python/{program}", "-I", "-S", *arguments]


def _bwrap() -> str:
    return shutil.which("bwrap") or "bwrap"


class Box:
    """A running student's process; `stdin` and `stdout` are the channel's two ends."""

    def __init__(self, sandboxed: bool = True) -> None:
        self.folder = None if sandboxed else tempfile.TemporaryDirectory(prefix="student-")
        if self.folder:  # the same program without walls: for machines without bubblewrap, on the user's own word
            site = Path(self.folder.name, "site")
            site.mkdir()
            for name, path in _parts().items():
                if name.startswith("site/"):
                    Path(self.folder.name, name).symlink_to(path)
            argv = [os.path.realpath(sys.executable), "-I", "-S", str(HERE / "worker.py"), str(site)]
        else:
            argv = _argv(["/box/worker.py", "/box/site"])
        self.process = subprocess.Popen(
            argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=ENV, bufsize=0,
            start_new_session=True, cwd=self.folder.name if self.folder else "/")  # fmt: skip
        self.stdin, self.stdout = self.process.stdin, self.process.stdout

    def close(self) -> str:
        """End it and all it started; what bubblewrap had to say."""
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        said = self.process.stderr.read(2000).decode(errors="replace")
        self.process.wait()
        for pipe in (self.stdin, self.stdout, self.process.stderr):
            pipe.close()
        if self.folder:
            self.folder.cleanup()
        return said.strip()
