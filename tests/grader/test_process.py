"""Time of a student's process: what counts, which limit a message names, and that no other process changes a mark."""

import json
import subprocess
import sys
from itertools import chain, repeat

import nbformat
import pytest
from nbformat.v4 import new_code_cell

from grader import assignments
from grader.marking import Conditions, mark
from grader.sandbox.clock import BUSY, Clock
from grader.sandbox.process import AnswerProcess, RemoteAnswer, TooSlow
from nnlib.exercises.judging import Wrong


class Scripted(Clock):
    """A clock whose second look finds these seconds of the wall, of a processor and of waiting for one."""

    def __init__(self, seconds, wall, processor, queue, state):
        self.looks = iter([(0.0, 0.0, 0.0), (wall, processor, queue), (wall, processor, queue)])
        super().__init__(1, seconds)
        self.state = state

    def _read(self):
        return next(self.looks)


LOOP = "用了超过 5 秒处理器时间，是否有死循环 | more than 5 s of processor time: is there an endless loop"
REST = ("7 秒没有计算也没有结果，是否在 sleep 或等输入 | "
        "7 s without a result and without computing: does it sleep, or wait for input")


@pytest.mark.parametrize(("wall", "processor", "queue", "state", "why"), [
    (5.4, 5.4, 0, "R", ""), (5.6, 5.6, 0, "R", LOOP), (60, 5.6, 54, "S", LOOP),
    (60, 4, 55, "R", ""), (60, 4, 55, "S", ""), (6.9, 0, 0, "S", ""), (7.1, 0, 0, "S", REST), (7.1, 0, 0, "T", REST),
    (20, 6, 6.5, "S", LOOP), (60, 0, 0, "D", ""), (60, 0, 0, "R", ""), (13, 5, 1, "S", ""), (13.1, 5, 1, "S", REST),
], ids=range(13))
def test_what_counts(monkeypatch, wall, processor, queue, state, why):
    monkeypatch.setattr("grader.sandbox.clock.time.monotonic", lambda: wall)
    assert Scripted(5, wall, processor, queue, state).passed() == why


@pytest.mark.parametrize(("seconds", "rest"), [(5, 7), (2, 4), (0.2, 0.4)])
def test_rest_may_last_twice_as_long_but_two_seconds_longer_at_most(monkeypatch, seconds, rest):
    monkeypatch.setattr("grader.sandbox.clock.time.monotonic", lambda: rest)
    assert Scripted(seconds, rest - 0.01, 0, 0, "S").passed() == ""
    assert f"| {rest:g} s without a result" in Scripted(seconds, rest + 0.01, 0, 0, "S").passed()


def test_a_reply_that_comes_between_two_looks_is_in_time(monkeypatch):
    """The clock finds a process at rest that has just replied, after a pause of the whole machine."""
    looks = chain([([], [], [])], repeat(([0], [], [])))
    monkeypatch.setattr("grader.sandbox.process.select.select", lambda *args: next(looks))
    AnswerProcess([], True, 5)._wait([0], [], Scripted(5, 60, 0, 0, "S"))


def test_a_machine_that_is_too_busy_is_a_fault_of_the_grader(monkeypatch):
    monkeypatch.setattr("grader.sandbox.clock.time.monotonic", lambda: BUSY * 6 + 0.1)
    with pytest.raises(RuntimeError, match="this machine is too busy: a limit of 5 s took 60 times as long"):
        Scripted(5, BUSY * 6, 4, BUSY * 6, "R").passed()


def test_a_short_rest_costs_a_quarter():
    assert Scripted(5, 10, 3, 6, "S").cost() == 3.25
    assert Scripted(5, 10, 3, 1, "S").cost() == 7


def test_a_process_is_read_from_outside():
    burn = "import time\nwhile time.process_time() < 0.3: pass\nprint(1, flush=True)\ntime.sleep(100)"
    with subprocess.Popen([sys.executable, "-c", burn], stdout=subprocess.PIPE) as process:
        clock = Clock(process.pid, 5)
        process.stdout.read(1)
        assert 0.1 < clock.spent()[0] < 0.6
        assert clock.passed() == ""
        process.kill()
    assert Clock(process.pid, 5)._read()[1:] == (0.0, 0.0)


def burning(seconds):
    return f"""def burn(seconds={seconds}):
    import time
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass
"""


SLOPE = """
def sigmoid_slope(z):
    burn()
    u = np.exp(-np.abs(z))
    return u / (1 + u) ** 2
"""


@pytest.fixture
def busy():
    """Six processes that never rest."""
    loops = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(6)]
    yield
    for loop in loops:
        loop.kill()
        loop.wait()


def marked(made, seconds):
    return mark(nbformat.writes(made).encode(), assignments.load("activations"), Conditions(1234, seconds))


def test_a_busy_machine_changes_no_mark(sandboxed, notebook, busy):
    """A call of half the limit takes several times the limit by the clock on the wall."""
    result = marked(notebook("activations", sigmoid_slope=burning(0.1) + SLOPE), 0.2)
    assert (result["score"], result["notes"]) == (9, [])
    assert marked(notebook("activations", sigmoid_slope=burning(0.4) + SLOPE), 0.2)["score"] == 5


def test_slow_cells_starve_no_test(sandboxed, notebook):
    """Five before the answers, three of them beyond their limit, and nine after them."""
    made = notebook("activations")
    slow = [new_code_cell(f"{burning(seconds)}burn()") for seconds in [0.04] * 2 + [0.4] * 3]
    made.cells[2:2] = slow
    made.cells += [new_code_cell("while True: pass")] * 9
    result = marked(made, 0.1)
    assert result["score"] == 9
    assert [note.split("\n")[1] for note in result["notes"]] == [
        f"用了超过 {most} 秒处理器时间，是否有死循环 | more than {most} s of processor time: is there an endless loop"
        for most in (0.1, 0.05, 0.05)]


def test_many_cells_that_sleep_come_to_an_end(sandboxed):
    """No cell is too slow by itself; 2,000 of them would hold up a class for an hour."""
    cells = ["import time", *["time.sleep(0.08)"] * 300]
    with AnswerProcess(cells, True, 0.05) as process:
        process.goal = len(cells)
        process.start()
    assert process.cell_messages[300] == ["所有单元格的时间已经用完 | the time for all cells is used up"]


def test_a_cell_that_hung_has_a_tenth_when_it_is_heard(sandboxed):
    """Its message comes from a process that was asked nothing and names the first limit; cells below it have half."""
    timer = "import signal\nprint(signal.getitimer(signal.ITIMER_PROF)[0] < {})\n"
    cells = ["def f(): return 1", f"{timer.format(0.1)}while True: pass", f"{timer.format(0.25)}1 / 0"]
    with AnswerProcess(cells, True, 0.4) as process:
        for process.goal in (1, 3):
            assert RemoteAnswer(process, "f")() == 1
        assert process.cell_messages == {0: []}
        process.listen()
    assert [[text.rpartition(" | ")[2] for text in process.cell_messages[number]] for number in (1, 2)] == [
        ["more than 0.4 s of processor time: is there an endless loop", "True\n"],
        ["line 3, a division by zero (ZeroDivisionError: division by zero)", "True\n"]]


def test_a_cell_that_hung_has_its_whole_time_again_for_its_answers(sandboxed):
    cells = [f"{burning(0.25)}burn()\ndef f(): return 1\nwhile True: pass", "import os\ndef g(): os._exit(1)"]
    with AnswerProcess(cells, True, 0.4) as process:
        process.goal = 2
        with pytest.raises(Wrong):
            RemoteAnswer(process, "g")()
        assert RemoteAnswer(process, "f")() == 1


def test_a_message_names_the_limit_that_held(sandboxed):
    """What hangs once leaves a tenth for every further call of the submission."""
    with AnswerProcess(["def f():\n    while True: pass\ng = f"], True, 0.2) as process:
        process.goal, said = 1, []
        for name in "fg":
            with pytest.raises(TooSlow) as caught:
                RemoteAnswer(process, name)()
            said.append(caught.value.cause.partition(" | ")[2])
    assert said == ["more than 0.2 s of processor time: is there an endless loop",
                    "more than 0.02 s of processor time: is there an endless loop "
                    "(after a test that was too slow, a tenth of the limit)"]


def test_a_name_that_is_missing_is_told_from_a_key(sandboxed):
    causes = []
    with AnswerProcess(["def f():\n    return {}['z']"], True, 5) as process:
        process.goal = 1
        for name in "fg":
            with pytest.raises(Wrong) as caught:
                RemoteAnswer(process, name)()
            causes.append(caught.value.cause)
    assert causes == ["KeyError: 字典里没有这个键 | KeyError: the dict has no such key",
                      "没有定义 g | g is not defined"]


THREAD = "from concurrent.futures import ThreadPoolExecutor as Pool\ndef f():\n    return Pool().submit(print).result()"


@pytest.mark.parametrize(("cell", "cause"), [
    (THREAD, "RuntimeError: if it starts threads: homework is marked without any"),
    ("import os\ndef f(): os.fork()", "PermissionError: homework is marked without other files or processes"),
    ("def f(): nn.datasets.spiral()", "ModuleNotFoundError: NumPy is all there is where homework is marked"),
])
def test_what_the_box_lacks_is_named(sandboxed, cell, cause):
    with AnswerProcess([cell], True, 5) as process:
        process.goal = 1
        with pytest.raises(Wrong) as caught:
            RemoteAnswer(process, "f")()
    assert caught.value.cause.partition(" | ")[2] == cause


def test_syntax_that_cannot_be_read_names_the_python_that_marks(sandboxed):
    with AnswerProcess(["x == = 1"], True, 5) as process:
        process.goal = 1
        process.start()
    python = f"Python {sys.version_info[0]}.{sys.version_info[1]}"
    said = process.cell_messages[0][0]
    assert all(words in said for words in (f"；批改用 {python}", f"; homework is marked with {python}"))


@pytest.mark.parametrize("fails", [True, False])
def test_no_cell_tells_what_a_test_has_asked(sandboxed, notebook, fails):
    """Its errors are those of a process that was asked nothing; without errors it is not heard at all."""
    spy = "seen = []\n" + SLOPE.replace("burn()", "seen.append('told' if np.size(z) else z)")
    made = notebook("activations", sigmoid_slope=spy)
    made.cells.insert(7, new_code_cell("print(seen)" + "\nraise ValueError(f'{len(seen)} {seen}')" * fails))
    result = marked(made, 5)
    assert result["score"] == 9
    assert "told" not in json.dumps(result)
    assert len(result["notes"]) == 2 * fails
    if fails:
        assert "ValueError: 0 []" in result["notes"][0]
        assert result["notes"][1].endswith("\n[]\n")
