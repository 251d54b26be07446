"""What a student's code can reach from inside the box, who ends it, and that nothing is left for the next student."""

import errno
import json
import os
import platform
import random
import re
import select
import signal
import subprocess
import sys
import textwrap
import time
from collections import defaultdict
from pathlib import Path

import pytest

from grader import __main__ as commands
from grader import assignments, seeds
from grader.sandbox import box, syscalls
from grader.sandbox.process import ENDED, AnswerProcess

# Calls that must be refused, with arguments with which they would do harm if they were not.
REFUSED_CALLS = """ptrace 0; ptrace 16 1; ptrace 0x4206 1; prctl 1 0; prctl 4 0; prctl 4 1; process_vm_readv 1
    process_vm_writev 1; kcmp 1 1; pidfd_open 1; pidfd_getfd 3 0; pidfd_send_signal 3 9; process_madvise 3
    prlimit64 1 0; fork; vfork; clone 17; clone 0x10000011; clone 0x20011; clone 0x2000011; clone 0x4000011
    clone 0x8000011; clone 0x20000011; clone 0x40000011; clone3; execve; execveat; keyctl 0 -3; keyctl 7 -3
    keyctl 10 -3; add_key; request_key; shmget 0 4096 0o1600; shmat; semget; msgget; mq_open; memfd_create
    memfd_secret; io_uring_setup 1; io_uring_enter; io_setup 1; userfaultfd; bpf; perf_event_open; unshare 0x10000000
    setns; mount; umount2; pivot_root; chroot; fsopen; fsmount; open_tree; move_mount; mount_setattr; socket 1 1
    socket 2 1; socket 2 3; socket 10 2; socket 16 3; socket 17 3; socket 38 5; socket 40 1; socketpair 1 1
    personality 0x40000; personality 0xffffffff; open_by_handle_at; name_to_handle_at; fanotify_init; fanotify_mark
    inotify_init1; quotactl; quotactl_fd; syslog 2; sysinfo; statfs; fstatfs; epoll_create1; eventfd2; timerfd_create
    signalfd4; pipe2; seccomp; setpriority; sched_setscheduler; sched_setattr; sched_setaffinity; ioprio_set; mlock
    mlockall; mknodat; linkat; setxattr; utimensat; flock; fcntl 0 6; fcntl 0 1024; ioctl 0 0x5412; init_module
    finit_module; delete_module; kexec_load; kexec_file_load; reboot; swapon; swapoff; acct; settimeofday
    clock_settime; clock_adjtime; sethostname; setdomainname; setuid; setgid; setgroups; capset; setsid; setpgid
    vhangup; remap_file_pages; set_mempolicy; mbind; move_pages; migrate_pages; landlock_create_ruleset; futex_waitv
    vmsplice; splice; tee; copy_file_range; rt_sigqueueinfo; rt_tgsigqueueinfo; timer_create; membarrier; rseq
    get_robust_list; iopl 3; ioperm; modify_ldt; arch_prctl; lookup_dcookie"""
SETTINGS = """import ctypes, glob, mmap, os, resource, signal, subprocess, sys, threading
libc = ctypes.CDLL(None, use_errno=True)
held = []"""
# Code that must raise an exception.
REFUSED_CODE = {
    "mounts": "open('/proc/self/mountinfo')",
    "kernel command line": "open('/proc/cmdline')",
    "environment of process 1": "open('/proc/1/environ')",
    "memory of process 1": "open('/proc/1/mem')",
    "memory of the parent": "open(f'/proc/{os.getppid()}/mem', 'r+b')",
    "its own memory": "open('/proc/self/mem', 'r+b')",
    "memory of the machine": "open('/dev/mem')",
    "root of process 1": "os.listdir('/proc/1/root')",
    "sys": "os.listdir('/sys')",
    "etc": "os.listdir('/etc')",
    "terminal": "open('/dev/tty')",
    "terminals": "open('/dev/ptmx')",
    "shared memory": "open('/dev/shm/x', 'w')",
    "disk": "assert set(os.listdir('/dev')) - {'full', 'null', 'random', 'urandom', 'zero'}",
    "program": "subprocess.run(['/usr/bin/true'])",
    "shell": "assert os.system('true') == 0",
    "fork": "os.fork()",
    "thread": "threading.Thread(target=print).start()",
    "shared memory by name": "from multiprocessing import shared_memory as m; m.SharedMemory(create=True, size=9)",
    "array of 2 GB": "np.ones(2 << 30, np.uint8)",
    "map of 2 GB": "mmap.mmap(-1, 2 << 30)",
    "arrays of 2 GB": "held.extend(np.ones(1 << 20, np.uint8) for _ in range(2048))",
    "file of 20 MB": "open('/tmp/large', 'wb').write(bytes(20 << 20))",
    "files of 40 MB": "[open(f'/tmp/{n}', 'wb').write(bytes(10 << 20)) for n in range(4)]",
    "hundred open files": "held.extend(open('/dev/null') for _ in range(100))",
    "file outside /tmp": "open('/was-here', 'w')",
    "file beside Python": "open('/box/site/was-here.py', 'w')",
    "device": "os.mknod('/tmp/sda', 0o60600, 0x800)",
    "pipe with a name": "os.mkfifo('/tmp/pipe')",
    "sockets of all families": "assert any(libc.socket(n, kind, 0) >= 0 for n in range(64) for kind in range(1, 11))",
    "pairs of sockets": "assert any(libc.socketpair(n, 1, 0, (ctypes.c_int * 2)()) == 0 for n in range(64))",
    "namespaces": "assert any(libc.unshare(1 << bit) == 0 for bit in range(32))",
    "more memory": "resource.setrlimit(resource.RLIMIT_AS, (-1, -1))",
    "more processes": "resource.setrlimit(resource.RLIMIT_NPROC, (9, 9))",
    "limits of process 1": "resource.prlimit(1, resource.RLIMIT_AS)",
    "other user": "os.setuid(0)",
    "signal to all": "os.kill(-1, 9)",
    "the book's library": "import nnlib",
    "its answers": "assert set(os.listdir('/box/site')) - {'cells.py', 'channel.py', 'IPython', 'numpy', 'numpy.libs'}",
}
PROBE = """
def probe(code):
    try:
        exec(code)
        return "allowed"
    except BaseException as problem:
        return getattr(problem, "errno", None) or type(problem).__name__
    finally:
        held.clear()
        for left in glob.glob("/tmp/*"):
            os.unlink(left)
def call(*arguments):
    ctypes.set_errno(0)
    return libc.syscall(*map(ctypes.c_long, arguments)), ctypes.get_errno()
"""


def printed(*cells, seconds=30):
    """What cells print in a box, one after another."""
    with AnswerProcess([SETTINGS, PROBE, *map(textwrap.dedent, cells)], True, seconds) as process:
        process.goal = len(process.cells)
        process.start()
    return [process.cell_messages[number] for number in range(2, 2 + len(cells))]


@pytest.fixture(scope="module")
def inside(sandboxed):
    """What all probes say, asked in one box."""
    calls = {}
    for text in REFUSED_CALLS.replace("\n", ";").split(";"):
        name, *arguments = text.split()
        if (number := syscalls.number(name)) >= 0:  # there are calls that one kind of processor alone has
            calls[text.strip()] = [number, *(int(argument, 0) for argument in arguments), *[0] * (5 - len(arguments))]
    allowed = [syscalls.number(name) for name in [*syscalls.STUDENT.split(), *syscalls.ASKED]]
    allowed += [335, 336]  # uretprobe and uprobe pass every filter; the kernel kills whoever calls them by himself
    messages = printed(f"""
        import json
        said = {{name: call(*numbers) for name, numbers in {calls}.items()}}
        print(json.dumps({{name: both for name, both in said.items() if both != (-1, {errno.EPERM})}}))
        """, f"""
        print([n for n in range(1024) if n not in {allowed} and call(n, 0, 0, 0, 0, 0) != (-1, {errno.EPERM})])
        """, f"""
        said = {{name: probe(code) for name, code in {REFUSED_CODE}.items()}}
        print(json.dumps(said))
        """, f"""
        kinds = {{name: getattr(resource, "RLIMIT_" + name) for name in {[*box.LIMITS, "NPROC"]}}}
        print(json.dumps({{name: resource.getrlimit(kind) for name, kind in kinds.items()}}))
        """, """
        print("alive", os.kill(1, 9), os.kill(1, signal.SIGSTOP), np.arange(3).sum())
        """)
    assert [len(message) for message in messages] == [1] * 5, messages
    return [message[0].strip() for message in messages]


def test_calls_that_do_harm_are_refused(inside):
    assert json.loads(inside[0]) == {}
    assert len(REFUSED_CALLS.split(";")) > 100


def test_every_call_that_is_not_on_the_list_is_refused(inside):
    assert inside[1] == "[]"


@pytest.mark.parametrize("name", REFUSED_CODE)
def test_code_that_reaches_out_fails(inside, name):
    assert json.loads(inside[2])[name] not in ("allowed", "SyntaxError", "AttributeError")


def test_the_limits_hold_and_the_first_process_is_deaf(inside):
    limits = {name: [limit, limit] for name, limit in box.LIMITS.items()}
    assert json.loads(inside[3]) == {**limits, "NPROC": [0, 0]}
    assert inside[4] == "alive None None 3"


@pytest.mark.skipif(platform.machine() != "x86_64", reason="these calls are x86's")
def test_calls_by_other_numbers_are_refused(sandboxed):
    """The 32-bit call of getpid has number 20; that of x32 has number 39 and another bit."""
    messages, = printed(f"""
        code = mmap.mmap(-1, 4096, prot=7)
        code.write(bytes.fromhex("b814000000cd80c3"))  # mov eax, 20; int 0x80; ret
        start = ctypes.addressof(ctypes.c_char.from_buffer(code))
        print(ctypes.CFUNCTYPE(ctypes.c_int)(start)(), *call(0x40000000 + {syscalls.number("getpid")}))
        """)
    assert messages == [f"{-errno.EPERM} -1 {errno.EPERM}\n"]


def test_both_kinds_of_processor_have_a_filter():
    """Made with libseccomp for the other processor: a call that is allowed has a number there or is x86's alone."""
    seccomp = pytest.importorskip("pyseccomp")
    for arch in (seccomp.Arch.X86_64, seccomp.Arch.AARCH64):
        names = [*syscalls.STUDENT.split(), *syscalls.TEMPLATE.split(), *syscalls.ASKED, "clone", "keyctl"]
        numbers = {name: seccomp.resolve_syscall(arch, name) for name in names}
        assert -1 not in numbers.values(), "a name that libseccomp does not know"
        old = {"creat", "stat", "lstat", "access", "readlink", "open", "mkdir", "rmdir", "unlink", "rename", "symlink",
               "chmod", "dup2", "select", "poll", "getpgrp", "pause", "alarm", "time", "arch_prctl"}
        lacking = {name for name, number in numbers.items() if number < 0}
        assert lacking == (old if arch == seccomp.Arch.AARCH64 else set())


@pytest.mark.parametrize("code", [
    "for n in range(100_000): open(f'/tmp/{n}', 'w').close()", "for n in range(100_000): os.mkdir(f'/tmp/{n}')",
    "for n in range(100_000): os.symlink('x', f'/tmp/{n}')",
    "os.chdir('/tmp')\nfor n in range(100_000): os.mkdir('d'); os.chdir('d')",
], ids=["files", "folders", "links", "deep"])
def test_who_makes_too_many_files_is_ended(sandboxed, code):
    assert printed(code) == [[ENDED]]


@pytest.mark.parametrize("code", [
    "os.kill(os.getpid(), signal.SIGSTOP)", "signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))\nwhile True: pass",
    "libc.prctl(1, 0)\nwhile True: pass",
    "for fd in range(64):\n    try: os.close(fd)\n    except OSError: pass\nwhile True: pass",
], ids=["stopped", "deaf", "without a parent", "without a channel"])
def test_a_process_that_hangs_is_ended_from_outside(sandboxed, code):
    with AnswerProcess([SETTINGS, code], True, 0.3) as process:
        process.goal = len(process.cells)
        process.start()
        pid = process.box.pid
        assert Path(f"/proc/{pid}").exists()
    assert process.cell_messages[1]
    end = time.monotonic() + 30
    while Path(f"/proc/{pid}").exists():
        assert time.monotonic() < end


def test_the_template_too_is_limited_and_filtered_and_follows_its_bubblewrap(sandboxed, monkeypatch):
    monkeypatch.setattr(box, "_idle", defaultdict(list))
    student = box.Box()
    status = Path(f"/proc/{student.pid}/status").read_text()
    template = re.search(r"PPid:\t(\d+)", status)[1]
    for pid in (student.pid, template):
        assert "Seccomp:\t2\n" in Path(f"/proc/{pid}/status").read_text()
        assert "NoNewPrivs:\t1\n" in Path(f"/proc/{pid}/status").read_text()
        limits = re.sub(" +", " ", Path(f"/proc/{pid}/limits").read_text())
        for text in ("address space 1073741824 1073741824", "open files 64 64", "cpu time 3600 3600",
                     "file size 16777216 16777216"):
            assert f"Max {text} " in limits
    os.killpg(student.template.process.pid, signal.SIGKILL)
    assert select.select([student.handle], [], [], 30)[0], "the template did not follow, nor did the student's process"
    student.close()
    assert student.template.fork([0]) is None
    assert box._idle[os.getpid(), True].pop().close() == ""


def test_a_box_keeps_no_file_outside(sandboxed, monkeypatch, tmp_path):
    """A grader that is killed could not remove it."""
    monkeypatch.setattr(box, "_idle", defaultdict(list))
    monkeypatch.setattr(box.tempfile, "tempdir", str(tmp_path))
    student = box.Box()
    assert os.listdir(tmp_path) == []
    student.close()
    assert student.template.close() == ""


LEFT = {
    "a file": "open('/tmp/note', 'w').write('x')", "a file that is gone": "open('/tmp/x', 'w'); os.unlink('/tmp/x')",
    "rights of the folder": "os.chmod('/tmp', 0o700)", "the time of the last look": "os.listdir('/tmp')",
}


@pytest.mark.parametrize("code", ["x = np.random.rand(3)", *LEFT.values()], ids=["nothing", *LEFT])
def test_a_box_in_which_something_was_left_serves_nobody_else(sandboxed, monkeypatch, code):
    monkeypatch.setattr(box, "_idle", defaultdict(list))
    with AnswerProcess([SETTINGS, code], True, 5.0) as process:
        process.goal = len(process.cells)
        process.start()
        assert process.cell_messages[1] == []
        first = process.box.template
    look = "print(os.listdir('/tmp'), oct(os.stat('/tmp').st_mode), __name__)"
    with AnswerProcess([SETTINGS, look], True, 5.0) as process:
        process.goal = len(process.cells)
        process.start()
        assert (process.box.template is first) == (code not in LEFT.values())
    assert process.cell_messages[1] == ["[] 0o40755 __main__\n"]


DRAWN = """import matplotlib.pyplot as plt
import matplotlib
from matplotlib import animation, colors
from matplotlib.animation import FuncAnimation
from mpl_toolkits.mplot3d import Axes3D
from IPython.display import HTML, clear_output
from tqdm.auto import tqdm, trange
import seaborn as sns
def show(ax: plt.Axes | None = None) -> plt.Figure: pass
fig, ax = plt.subplots(figsize=(3, 4))
fig, axes = plt.subplots(2, 3)
axes[0, 1].plot([1], [2], label="x")
for ax, x in zip(axes.flat, [1, 2]): ax.set(title=x)
line, = ax.plot([1])
counts, edges, bars = plt.hist([1, 2])
plt.rcParams["font.size"] = 12
with plt.style.context("dark"): plt.show()
sns.set_theme(); clear_output(wait=True); HTML("<b>")
@matplotlib.rc_context()
def g(): pass
bar, seen = tqdm(range(3), desc="x"), []
for n in bar: bar.set_postfix(loss=n); seen.append(n)
for n in trange(2, leave=False): seen.append(n)
with tqdm(total=2) as bar: bar.update(1)
print(seen, list(tqdm(iterable=[7])), list(tqdm([])), sum(tqdm(np.arange(3), "words")))"""


@pytest.mark.parametrize(("notebook", "text"), [
    ([DRAWN], "[0, 1, 2, 0, 1] [7] [] 3\n"),
    (["%pylab inline", "plt.plot([1])\nprint(exp(-abs(zeros(1))))"], "[1.]\n"),
    (["%%writefile helper.py\ndef f(): return 5", "%%writefile -a helper.py\ng = 6",
      "from helper import f, g\nprint(f(), g)"], "5 6\n"),
    (["from IPython import display, get_ipython\nget_ipython().magic('matplotlib inline')\nprint(7)"], "7\n"),
    (["import getpass, IPython, os\nIPython.display.clear_output()\nprint(getpass.getuser(), os.environ['USER'])"],
     "student student\n"),
    (["%%file helper.py\nx = 5", "%run -i helper.py", "print(x)"], "5\n"),
    (["with open('mine.py', 'w') as file: file.write('x = 5')", "import mine\nprint(mine.x)"], "5\n"),
], ids=["drawing", "pylab", "written", "shell", "user", "run", "opened"])
def test_a_notebook_runs_as_at_home(sandboxed, notebook, text):
    assert printed(*notebook)[-1] == [text]


def test_chance_is_the_same_in_every_box(sandboxed, monkeypatch):
    draws = []
    for _ in range(2):
        monkeypatch.setattr(box, "_idle", defaultdict(list))
        draws += printed("import random\nprint(random.random(), np.random.rand())", "print({'exp', 'tanh'}, hash('z'))")
    assert draws[:2] == draws[2:]


KEYRING = """
import ctypes, os
from grader.sandbox import syscalls
from grader.sandbox.process import AnswerProcess
libc = ctypes.CDLL(None, use_errno=True)
add, keyctl = map(syscalls.number, ("add_key", "keyctl"))
libc.syscall(keyctl, 1, None)
if libc.syscall(add, b"user", b"instructor-secret", b"TICKET-12345", 12, -3) < 0:
    raise SystemExit("this machine has no keyrings")
syscalls.STUDENT += " keyctl"  # without this the filter refuses to look
cell = f'''import ctypes
libc = ctypes.CDLL(None, use_errno=True)
print(libc.syscall({keyctl}, 10, -3, b"user", b"instructor-secret", 0), ctypes.get_errno())'''
assert libc.syscall(keyctl, 10, -3, b"user", b"instructor-secret", 0) > 0
with AnswerProcess([cell], True, 5.0) as process:
    process.goal = len(process.cells)
    process.start()
print(process.cell_messages[0][0])
"""


def test_the_instructors_keys_are_not_inside_even_without_the_filter(sandboxed):
    done = subprocess.run([sys.executable, "-c", KEYRING], cwd=assignments.ROOT, capture_output=True, text=True,
                          timeout=120)
    if "no keyrings" in done.stderr:
        pytest.skip(done.stderr.strip())
    assert done.stdout.strip() == f"-1 {errno.ENOKEY}", done.stderr


@pytest.mark.parametrize(("module", "remedy"), [
    (None, "pip install -r requirements.txt"), (object(), "apt-get install bubblewrap libseccomp2"),
], ids=["no package", "no library"])
def test_without_a_filter_it_refuses(sandboxed, tmp_path, capsys, monkeypatch, module, remedy):
    def broken(name):
        if module is None:
            raise ModuleNotFoundError(f"No module named {name!r}")
        raise RuntimeError("Unable to find libseccomp")

    monkeypatch.setattr(syscalls, "import_module", broken)
    monkeypatch.setattr(box, "_idle", defaultdict(list))
    seeds.create(tmp_path / "seed")
    call = ["grade", str(tmp_path), "--seed-file", str(tmp_path / "seed"), "--out", str(tmp_path / "r")]
    assert commands.main(call) == 2
    assert remedy in capsys.readouterr().err


# It adopts whatever the grader leaves behind, so that it can wait for all of it.
ORPHANS = """
import ctypes, os, signal, subprocess, sys, time
ctypes.CDLL(None).prctl(36, 1)
wait, number, *command = sys.argv[1:]
grader = subprocess.Popen(command, stderr=subprocess.DEVNULL)
time.sleep(float(wait))
os.kill(grader.pid, int(number))
end = time.monotonic() + 60
try:
    while time.monotonic() < end:
        if os.waitpid(-1, os.WNOHANG)[0] == 0:
            time.sleep(0.02)
    print("still there")
except ChildProcessError:
    print("all ended")
"""
HANGING = """import os, signal
for n in range(1, 65):
    try: signal.signal(n, signal.SIG_IGN)
    except (OSError, ValueError): pass
"""


@pytest.fixture(scope="module")
def submitted(hand_in, tmp_path_factory):
    """Five students: two answer, one is slow, two hang."""
    folder = tmp_path_factory.mktemp("submitted")
    seeds.create(folder / "seed")
    for student, code in {"ann": "", "bob": "import time\ntime.sleep(0.5)", "cy": HANGING + "while True: pass",
                          "di": HANGING + "import time\ntime.sleep(999)", "eve": ""}.items():
        slope = f"{code}\ndef sigmoid_slope(z):\n    u = np.exp(-abs(z))\n    return u / (1 + u)**2"
        hand_in(folder, student, "activations", sigmoid_slope=slope)
    return folder


def command(submitted, results):
    return [sys.executable, "-m", "grader", "grade", submitted, "--seed-file", submitted / "seed", "--out", results,
            "--seconds", "0.5"]


def contents(results):
    return {path.relative_to(results).as_posix(): json.loads(path.read_text("utf-8"))
            for path in results.rglob("*.json")}


@pytest.fixture(scope="module")
def undisturbed(sandboxed, submitted, tmp_path_factory):
    results = tmp_path_factory.mktemp("undisturbed")
    subprocess.run(command(submitted, results), cwd=assignments.ROOT, check=True, timeout=120)
    return contents(results)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT], ids=lambda number: number.name)
def test_a_grader_that_is_killed_leaves_no_process(submitted, undisturbed, tmp_path, number):
    """At a random moment, before or among the results; then the same command makes the same results."""
    arguments = [str(random.uniform(0.2, 3)), str(int(number)), *command(submitted, tmp_path)]
    done = subprocess.run([sys.executable, "-c", ORPHANS, *arguments], cwd=assignments.ROOT, stdout=subprocess.PIPE,
                          text=True, timeout=120)
    assert done.stdout.splitlines()[-1] == "all ended", arguments[:2]
    subprocess.run(command(submitted, tmp_path), cwd=assignments.ROOT, check=True, timeout=120)
    assert contents(tmp_path) == undisturbed
