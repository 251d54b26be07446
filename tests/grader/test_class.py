"""A class of invented students, honest and hostile, marked together: each gets what the answers are worth.

The assignment is `activations`: 4 points for sigmoid_slope, 3 for diagnose, 2 for hat_weights. An attack
stands in the place of sigmoid_slope; where it works, it hands in the right slope and its points tell.
"""

import hashlib
import json
import os
import re
import socket
import textwrap
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
import pytest

from grader import assignments, batch
from grader.marking import Conditions, mark
from grader.sandbox.box import Box
from grader.sandbox.process import AnswerProcess

RIGHT = "def sigmoid_slope(z):\n    u = np.exp(-np.abs(z))\n    return u / (1 + u) ** 2\n"
SEED_WORDS = "nobody may read these words"
FULL, REST = 9, 5  # all points; all but those of sigmoid_slope


def attack(code, then=RIGHT):
    """Try `code`; only if it does not raise, answer right."""
    code = textwrap.indent(textwrap.dedent(code).strip(), "    ")
    then = textwrap.indent(then, "    ")
    return f"try:\n{code}\n    worked = True\nexcept BaseException:\n    worked = False\nif worked:\n{then}"


def inside(code):
    """A sigmoid_slope that does something else."""
    return "def sigmoid_slope(z):\n" + textwrap.indent(textwrap.dedent(code).strip(), "    ")


def answers(world):
    """Code of sigmoid_slope's cell by student, and the score."""
    return {
        "right": (RIGHT, FULL),
        "partly-right": (inside("return np.exp(-z) / (1 + np.exp(-z)) ** 2"), REST + 3),
        "wrong": (inside("return 1 / (1 + np.exp(-z))"), REST),
        "syntax-error": ("def sigmoid_slope(z)\n    return 1", REST),
        "undefined": ("pass", REST),
        "error-above": ("1 / 0\n" + RIGHT, FULL),
        "magics": ("%matplotlib inline\n!ls \\\n -l\nnp.dot?\nx = !ls\nprint('%d'\n  % 3)\nprint（3）\n" + RIGHT, FULL),
        "unknown-import": ("import nnlib as nn\nimport pandas\n" + RIGHT, FULL),
        "strict-numpy": ("import warnings\nwarnings.filterwarnings('error')\nnp.seterr(all='raise')\n" + RIGHT, FULL),
        "draft-below-an-error": (RIGHT + "assert False, 'stop here'\n" + inside("return 0 * z"), FULL),
        "uses-our-library": ("nn.sweep(print, {'l2': [0]})\n" + RIGHT, FULL),
        "draws": ("import matplotlib.pyplot as plt\nfrom tqdm import tqdm\nfor n in tqdm([1, 2]):\n    plt.plot(n)\n"
                  + textwrap.indent(RIGHT, "    "), FULL),
        "long-double": (RIGHT.replace("return ", "return np.asarray(1, np.longdouble) * "), FULL),
        "own-array": ("class Own:\n    def __init__(self, data): self.data = data\n"
                      "    def __array__(self, dtype=None, copy=None): return np.asarray(self.data)\n"
                      + RIGHT.replace("return ", "return Own(") .replace("** 2", "** 2)"), FULL),
        "poisoned-list": (inside("return [[1] * 10000] * 52"), REST),
        "poisoned-power": (inside("return 10 ** 5000"), REST),
        "told-by-a-type": (inside("return type(f'told{z}', (), {})()"), REST),
        "endless-loop": (inside("while True:\n    pass"), REST),
        "endless-loop-above": ("while True:\n    pass\n" + RIGHT, REST),
        "endless-loop-that-catches": (inside("""
            while True:
                try:
                    while True:
                        pass
                except BaseException:
                    pass
            """), REST),
        "deaf-to-signals": (inside("""
            import signal, time
            for number in range(1, 32):
                try:
                    signal.signal(number, signal.SIG_IGN)
                except (OSError, ValueError):
                    pass
            time.sleep(10_000)
            """), REST),
        "recursion": (inside("return sigmoid_slope(z)"), REST),
        "fork-bomb": (inside("import os\nwhile True:\n    os.fork()"), REST),
        "fork-bomb-that-catches": (attack("""
            import os
            children = 0
            for _ in range(10_000):
                try:
                    children += os.fork() == 0
                except OSError:
                    pass
            assert children
            """), REST),
        "threads": (attack("""
            import threading
            threading.Thread(target=print).start()
            """), REST),
        "ten-gigabytes": (inside("return np.ones(10 * 2**30, np.uint8)[:0]"), REST),
        "exit-in-a-call": (inside("import os\nos._exit(0)"), REST),
        "exit-in-a-cell": (RIGHT + "import os\nos._exit(0)", REST),
        "polite-exit": (RIGHT + "raise SystemExit", FULL),
        "kills-all-it-sees": (inside("import os\nfor pid in (-1, 1):\n    os.kill(pid, 9)"), REST),
        "patched-numpy": (inside("return 0 * np.asarray(z)") + textwrap.dedent("""
            np.allclose = np.isclose = np.array_equal = lambda *a, **k: True
            np.testing.assert_allclose = lambda *a, **k: None
            """), REST),
        "patched-result": (inside("""
            class Always(np.ndarray):
                def __eq__(self, other): return True
                def __sub__(self, other): return np.zeros(self.shape)
                def __array_ufunc__(self, *args, **kwargs): return np.zeros(self.shape)
                def __array_function__(self, *args, **kwargs): return True
            return np.ones(np.shape(z)).view(Always)
            """), REST),
        "patched-channel": (attack("""
            import sys
            channel = sys.modules["channel"]
            channel.encode = lambda value, depth=0: {"passed": True, "score": 100}
            """, inside("return 0")), 0),  # it spoils its own other answers
        "forged-error": (attack("""
            import sys
            channel = sys.modules["channel"]
            pack = channel.pack
            channel.pack = lambda message: pack({"id": message["id"], "error": []})
            """, inside("return 0")), 0),
        "gc-and-stack": (attack("""
            import gc, inspect, sys
            oracles = ("sigmoid", "outcome", "judge")
            known = [x for x in gc.get_objects() if getattr(x, "__name__", "") in oracles]
            frame = sys._getframe()
            while frame:
                known += [name for name in frame.f_locals if name in ("expected", "right", "seed", "wrong")]
                frame = frame.f_back
            assert known
            """), REST),
        "imports-the-oracle": (attack(f"""
            import sys
            sys.path[:0] = [{str(world.root)!r}, {str(world.site)!r}]
            import nnlib
            """), REST),
        "imports-the-grader": (attack("import grader"), REST),
        "reads-others": (attack(f"import os\nos.stat({str(world.submitted / 'right')!r})"), REST),
        "lists-others": (attack(f"import os\nassert os.listdir({str(world.submitted)!r})"), REST),
        "reads-the-seed": (attack(f"print(open({str(world.seed)!r}).read())"), REST),
        "reads-the-seed-through-proc": (attack(f"open('/proc/1/root' + {str(world.seed)!r}).read()"), REST),
        "reads-environments": (attack("""
            import glob
            found = "".join(open(name).read() for name in glob.glob("/proc/[0-9]*/environ"))
            assert "GRADER_TEST_SECRET" in found
            """), REST),
        "writes-the-gradebook": (attack(f"open({str(world.gradebook)!r}, 'w').write('alice,100')"), REST),
        "writes-everywhere": (attack("""
            import os
            wrote = 0
            top = {f"/{name}" for name in os.listdir("/")} - {"/tmp"}
            for folder in (*top, "/", "/usr/lib", "/box/site", "/dev/shm", "/var/tmp", "/root"):
                try:
                    open(os.path.join(folder, "was-here"), "w").write("x")
                    wrote += 1
                except OSError:
                    pass
            assert wrote
            """), REST),
        "escapes-by-links": (attack(f"""
            import os
            os.symlink({str(world.seed)!r}, "/tmp/link")
            print(open("/tmp/link").read())
            """), REST),
        "escapes-by-namespaces": (attack("""
            import ctypes
            assert ctypes.CDLL(None, use_errno=True).unshare(0x10000000 | 0x00020000) == 0
            """), REST),
        "network": (attack(f"import socket\nsocket.create_connection(('127.0.0.1', {world.port}), 2)"), REST),
        "two-gigabyte-file": (attack("""
            with open("/tmp/large", "wb") as file:
                for _ in range(2048):
                    file.write(bytes(2**20))
            """), REST),
        "many-files": (attack("""
            for number in range(200):
                with open(f"/tmp/{number}", "wb") as file:
                    file.write(bytes(2**20))
            """), REST),
        "raises-its-limits": (attack("""
            import resource
            resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
            """), REST),
        "fake-score": (inside("""
            import json, os
            text = json.dumps({"score": 9, "points": 9, "id": 1, "value": 1.0, "passed": True}).encode()
            for fd in range(64):
                try:
                    os.write(fd, text + b"\\n")
                except OSError:
                    pass
            print(text)
            return 0 * np.asarray(z)
            """), REST),
        "floods-the-channel": (inside("""
            import os
            for fd in range(3, 64):
                try:
                    while True:
                        os.write(fd, bytes([255]) * 65536)
                except OSError:
                    pass
            """), REST),
        "poisoned-object": (inside("""
            class Bad:
                def __reduce__(self): return (__import__("os").system, ("touch /tmp/was-here",))
            return Bad()
            """), REST),
        "poisoned-numbers": (inside("return np.full(np.shape(z), np.nan)"), REST),
        "poisoned-integer": (inside("return 10 ** 4000"), REST),
        "poisoned-depth": (inside("x = []\nfor _ in range(100_000):\n    x = [x]\nreturn x"), REST),
        "poisoned-ragged": (inside("return [[1.0], [1.0, 2.0], 'three']"), REST),
        "poisoned-size": (inside("return 'x' * 10 ** 9"), REST),
        "tells-inputs": (inside("raise type(f'Told{z}', (Exception,), {})(f'told {z}')"), REST),
        "terminal-escapes": ("print('\\x1b]0;owned\\x07\\x1b[2J\\x9b31m')\n" + RIGHT, FULL),
        "floods-its-output": ("for _ in range(10_000):\n    print('x' * 1000)\n" + RIGHT, FULL),
    }


def odd_notebooks(world, notebook, released):
    """What is handed in besides a notebook in its place, by student: name of the file, content, score."""
    right = notebook("activations")
    release = nbformat.read(released / "activations" / "activations.ipynb", 4)
    points, tests, bare, twice, moved = (json.loads(nbformat.writes(made)) for made in
                                         (release, release, right, right, right))
    for cell in points["cells"]:
        cell["metadata"].setdefault("nbgrader", {})["points"] = 100  # the first cell is no question
    for cell in tests["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade"):
            cell["source"] = "print('100 of 100')"
    bare["cells"] = [cell for cell in bare["cells"] if not cell["metadata"].get("nbgrader", {}).get("grade")]
    first = next(cell for cell in twice["cells"] if cell["id"] == "sigmoid-slope")
    twice["cells"].insert(2, {**first, "source": inside("return 0")})
    for cell in moved["cells"]:
        cell["metadata"] = {}
    old = {"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": [{"cells": [
        {"cell_type": "code", "language": "python", "input": cell.source, "outputs": [], "metadata": {}}
        for cell in right.cells if cell.cell_type == "code"]}]}
    whole = nbformat.writes(right)
    name = "activations.ipynb"
    return {
        "untouched": (name, nbformat.writes(release), 0),
        "edited-points": (name, json.dumps(points), 0),
        "edited-tests": (name, json.dumps(tests), 0),
        "deleted-tests": (name, json.dumps(bare), FULL),
        "duplicated-cell": (name, json.dumps(twice), FULL),
        "lost-metadata": (name, json.dumps(moved), FULL),
        "version-3": (name, json.dumps(old), FULL),
        "byte-order-mark": (name, "\ufeff" + whole, FULL),
        "chinese-file-name": ("第二章 激活函数（终稿）.ipynb", whole, FULL),
        "upper-case-name": ("Activations.IPYNB", whole, FULL),
        "no-cells": (name, json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": []}), 0),
        "broken-cells": (
            name,
            json.dumps({"nbformat": 4, "cells": [None, 3, {"source": 5}, {"source": [5]}]}),
            0,
        ),
        "broken-sheets": (name, json.dumps({"nbformat": 3, "worksheets": [{"cells": 5}, 3]}), 0),
        "bad-json": (name, whole[: len(whole) // 2], 0),
        "deep-json": (name, "[" * 100_000, 0),
        "not-a-notebook": (name, '["a", "list"]', 0),
        "not-text": (name, b"\x89PNG\r\n\x1a\n\xff\xfe", 0),
        "empty-file": (name, "", 0),
    }


class World:
    """Where everything is; what an attack may know of it is written into its code."""

    def __init__(self, folder, port):
        self.submitted, self.results = folder / "submitted", folder / "results"
        self.seed, self.gradebook, self.port = folder / "seed", folder / "gradebook.csv", port
        self.root, self.site = assignments.ROOT, Path(nbformat.__file__).parents[1]
        self.submitted.mkdir()
        self.seed.write_text(SEED_WORDS)
        self.gradebook.write_text("alice,3\n")

    def tree(self):
        """What must be the same before and after: every file but the results."""
        tops = (self.submitted, self.seed, self.gradebook, self.root / "grader", self.root / "nnlib")
        return {str(path): (path.lstat().st_mode, path.lstat().st_mtime_ns,
                            path.stat().st_size < 2**20 and hashlib.sha256(path.read_bytes()).hexdigest())
                for top in tops
                for path in (sorted(top.rglob("*")) if top.is_dir() else [top])
                if path.is_file() and not path.is_symlink() and "__pycache__" not in path.parts}

    def hand_in(self, student, file, content):
        folder = self.submitted / student / "activations"
        folder.mkdir(parents=True)
        data = content if isinstance(content, bytes) else content.encode()
        (folder / file).write_bytes(data)
        return folder


@pytest.fixture(scope="module")
def marked(sandboxed, notebook, released, tmp_path_factory):
    """Everyone marked in one run: scores, results, faults, and whether anything around them has changed."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.setblocking(False)
    world, expected = World(tmp_path_factory.mktemp("class"), listener.getsockname()[1]), {}
    for student, (code, score) in answers(world).items():
        world.hand_in(
            student, "activations.ipynb", nbformat.writes(notebook("activations", sigmoid_slope=code))
        )
        expected[student] = score
    for student, (file, content, score) in odd_notebooks(world, notebook, released).items():
        world.hand_in(student, file, content)
        expected[student] = score
    whole = nbformat.writes(notebook("activations"))
    with open(
        world.hand_in("two-hundred-megabytes", "activations.ipynb", whole) / "activations.ipynb", "ab"
    ) as file:
        file.truncate(200 << 20)
    world.hand_in("two-notebooks", "a.ipynb", whole).joinpath("b.ipynb").write_text(whole)
    world.hand_in("nothing", "report.docx", "?")
    link = world.hand_in("link-to-another", "x", "").joinpath("activations.ipynb")
    link.symlink_to(world.submitted / "right" / "activations" / "activations.ipynb")
    os.mkfifo(world.hand_in("pipe", "x", "").joinpath("activations.ipynb"))
    world.hand_in("folder-for-a-file", "x", "").joinpath("activations.ipynb").mkdir()
    for student, there in (("linked-folder", "right"), ("dangling-link", "nobody")):
        (world.submitted / student).mkdir()
        (world.submitted / student / "activations").symlink_to(world.submitted / there / "activations")
    for student in ("two-hundred-megabytes", "two-notebooks", "nothing", "link-to-another",
                    "pipe", "folder-for-a-file", "linked-folder", "dangling-link"):
        expected[student] = 0

    os.environ["GRADER_TEST_SECRET"] = "1"
    before = world.tree()
    with ThreadPoolExecutor(6) as pool:  # most of the time goes into waiting for those who hang
        run = batch.grade(world.submitted, world.results, Conditions(1234, seconds=2.0), pool)
    results = batch.read_results(world.results)["activations"]
    try:
        listener.accept()
        called = True
    except BlockingIOError:
        called = False
    listener.close()
    return expected, results, run, before == world.tree(), called


def test_everyone_gets_what_the_answers_are_worth(marked):
    expected, results, run, _, _ = marked
    assert not run.faults
    assert {student: result["score"] for student, result in results.items()} == expected
    assert len(expected) >= 40
    assert all(
        result["max"] == 12 and result["pending"] == ({"maxout-hat-answer": 3} if result["status"] == "marked" else {})
        for result in results.values()
    )


def test_a_forged_handle_costs_its_own_points_alone(sandboxed, notebook):
    forged = notebook("overfitting", dropout="""
import sys
channel = sys.modules["channel"]
encode = channel.encode
channel.encode = lambda value, depth=0: encode(np.zeros(2) if type(value) is int else value, depth)
class Dropout:
    def __init__(self, p, seed):
        pass""")
    result = mark(nbformat.writes(forged).encode(), assignments.load("overfitting"), Conditions(1234))
    assert {id: entry["points"] for id, entry in result["exercises"].items()} == {
        "dropout": 0, "choose-lambda": 3, "reproduce": 3}


@pytest.fixture
def started(sandboxed, monkeypatch):
    """A list that grows by one with each process for a student."""
    started = []
    monkeypatch.setattr("grader.sandbox.process.Box", lambda *args: started.append(1) or Box(*args))
    return started


def test_a_cell_that_hangs_is_stopped_and_costs_no_other_cell(started):
    with AnswerProcess(["while True:\n    pass", "print(7)"], True, 0.25) as process:
        process.goal = 2
        process.start()
    assert len(started) == 1
    assert "more than 0.25 s of processor time" in process.cell_messages[0][0]
    assert process.cell_messages[1] == ["7\n"]


DEAF = "import signal\nsignal.signal(signal.SIGPROF, signal.SIG_IGN)\nwhile True:\n    pass"


def test_cells_share_their_time(started):
    """Cells that cannot be stopped from inside cost a process each; at last there is no time for another."""
    with AnswerProcess([DEAF] * 9 + ["x = 1"], True, 0.05) as process:
        process.goal, process.left = 10, 0.4
        process.start()
    assert len(process.lost) == 9
    limits = [float(re.search(r"more than ([\d.]+) s", text)[1]) for [text] in list(process.cell_messages.values())[:9]]
    assert limits == sorted(limits, reverse=True)
    assert (limits[:2], process.cell_messages[9]) == ([0.05, 0.025], [])
    assert limits[-1] < 0.025
    assert sum(limits) < 0.4


def test_nothing_outside_changes(marked):
    *_, unchanged, called = marked
    assert unchanged
    assert not called, "a student's code reached the network"
    assert not os.path.exists("/tmp/was-here")


def test_results_hold_no_secret_and_steer_no_terminal(marked):
    _, results, *_ = marked
    for student, result in results.items():
        text = json.dumps(result, ensure_ascii=False)
        assert SEED_WORDS not in text, student
        assert "told" not in text.lower(), student
        assert "\\u001b" not in text, student
        assert "\x9b" not in text, student
        assert len(text) < 50_000, student


def test_a_refusal_says_why_in_both_languages(marked):
    _, results, *_ = marked
    reasons = {
        student: result["notes"][0] for student, result in results.items() if result["status"] == "refused"
    }
    assert "200 MB" in reasons["two-hundred-megabytes"]
    assert "JSON" in reasons["bad-json"]
    assert {"no-cells", "not-a-notebook", "link-to-another", "pipe", "nothing", "two-notebooks"} <= set(
        reasons
    )
    assert all(" | " in reason for reason in reasons.values())


def test_a_result_notes_what_was_normalised(marked):
    _, results, *_ = marked
    assert "activations.ipynb" in results["chinese-file-name"]["notes"][0]
    assert any("twice" in note for note in results["duplicated-cell"]["notes"])
    assert any("missing" in note for note in results["lost-metadata"]["notes"])
    assert any("ModuleNotFoundError" in note for note in results["unknown-import"]["notes"])
