"""What a notebook earns, without a process: answers run here, and the clock is a script."""

import contextlib
import json
import shutil

import nbformat
import numpy as np
import pytest

from grader import assignments, marking
from grader.marking import Conditions
from nnlib.exercises.judging import LocalAnswer, Wrong
from nnlib.exercises.selfcheck import EXERCISES
from tests.imports import ROOT, imported

ACTIVATIONS = assignments.load("activations")
TESTS = {id: list(EXERCISES[id].tests) for id in ACTIVATIONS.exercises}
SEEDED = Conditions(7)
CELL = "单元格“np.nan” | cell “np.nan”"


class Here:
    """Stands in for a student's process: the cells run in this one."""

    def __init__(self, cells, sandboxed, seconds):
        self.namespace, self.cells, self.done, self.goal, self.heard = {"np": np}, cells, 0, 0, False
        self.said = f"{sandboxed}, {seconds:g} s a call"

    def start(self):
        for cell in self.cells[self.done : self.goal]:
            with contextlib.suppress(NotImplementedError):
                exec(cell, self.namespace)
        self.done = self.goal

    def listen(self):
        self.start()
        self.heard = True

    @property
    def cell_messages(self):
        assert self.heard
        return {number: [self.said] for number in range(self.done) if self.cells[number] == "np.nan"}

    def __enter__(self):
        return self

    def __exit__(self, *error):
        pass


class There:
    """An answer in such a process, looked up when it is called."""

    warned = ""

    def __init__(self, process, name):
        self.process, self.name = process, name

    def __call__(self, *args):
        self.process.start()
        if self.name not in self.process.namespace:
            raise Wrong("没有定义 | not defined")
        return LocalAnswer(self.name, self.process.namespace[self.name])(*args)


@pytest.fixture(autouse=True)
def here(monkeypatch):
    monkeypatch.setattr(marking, "AnswerProcess", Here)
    monkeypatch.setattr(marking, "RemoteAnswer", There)


@pytest.fixture
def submission(notebook):
    def submission(**cells):
        return nbformat.writes(notebook("activations", **cells)).encode()

    return submission


def test_right_answers(submission):
    """4 + 3 + 2 points of 12: the other 3 are for a part in words."""
    result = marking.mark(submission(), ACTIVATIONS, SEEDED)
    assert list(result) == ["assignment", "status", "exercises", "notes", "score", "max", "pending", "variants"]
    assert (result["assignment"], result["status"]) == ("activations", "marked")
    assert (result["score"], result["max"], result["pending"]) == (9, 12, {"maxout-hat-answer": 3})
    assert {id: (entry["points"], entry["max"]) for id, entry in result["exercises"].items()} == {
        "sigmoid-slope": (4, 4), "diagnose": (3, 3), "maxout-hat": (2, 2)}
    assert all(entry["tests"] == dict.fromkeys(TESTS[id], "") for id, entry in result["exercises"].items())


def test_each_test_is_a_point_and_says_what_was_missed(submission):
    """s (1 - s) is rounded to 0 far on the right: one test of four."""
    slope = "def sigmoid_slope(z):\n    s = 1 / (1 + np.exp(-z))\n    return s * (1 - s)"
    result = marking.mark(submission(sigmoid_slope=slope), ACTIVATIONS, SEEDED)
    entry = result["exercises"]["sigmoid-slope"]
    assert (result["score"], entry["points"], entry["max"]) == (8, 3, 4)
    (why,) = filter(None, entry["tests"].values())
    assert "is rounded to 0 on the right" in why


def with_cells(data, *added, before=2):
    """A notebook with further cells before cell number `before`."""
    notebook = json.loads(data)
    notebook["cells"][before:before] = [{"cell_type": "code", "source": text, "metadata": {}} for text in added]
    return json.dumps(notebook).encode()


def test_the_sandbox_is_what_is_used_unless_told_otherwise(submission):
    data = with_cells(submission(), "np.nan")
    assert marking.mark(data, ACTIVATIONS, SEEDED)["notes"] == [f"{CELL}\nTrue, 2 s a call"]
    assert marking.mark(data, ACTIVATIONS, Conditions(7, 0.5, False))["notes"] == [f"{CELL}\nFalse, 0.5 s a call"]


def test_notes_of_the_notebook_come_first_and_there_are_not_too_many(submission):
    twice = json.loads(with_cells(submission(), "np.nan"))
    twice["cells"].append(twice["cells"][3])
    twice_noted = "单元格 sigmoid-slope-title 出现两次 | cell sigmoid-slope-title occurs twice"
    notes = marking.mark(json.dumps(twice).encode(), ACTIVATIONS, SEEDED, ["odd"])["notes"]
    assert notes == ["odd", twice_noted, f"{CELL}\nTrue, 2 s a call"]
    twice["cells"] += [None] * 60
    notes = marking.mark(json.dumps(twice).encode(), ACTIVATIONS, SEEDED)["notes"]
    assert notes == [twice_noted] + ["跳过一个坏单元格 | a broken cell was skipped"] * 49


@pytest.mark.parametrize(("line", "title"), [
    ("  \n\n# 第一题\nnp.nan", "# 第一题"), (f"np.nan{'x' * 60}", f"np.nan{'x' * 54}…"),
    ("np.nan  # a | b\x1b", "np.nan  # a ¦ b�"),
], ids=["the first that is not blank", "long", "odd"])
def test_a_cell_is_named_by_its_first_line(submission, monkeypatch, line, title):
    monkeypatch.setattr(Here, "start", lambda self: None)
    monkeypatch.setattr(Here, "cell_messages", {0: ["x"]})
    notes = marking.mark(with_cells(submission(), line), ACTIVATIONS, SEEDED)["notes"]
    assert notes == [f"单元格“{title}” | cell “{title}”\nx"]


WRONG_HELPER = "def helper(z):\n    return 0 * z"
USES_HELPER = """def helper(z):
    u = np.exp(-np.abs(z))
    return u / (1 + u) ** 2
def sigmoid_slope(z):
    return helper(z)"""


def test_the_tests_of_an_exercise_are_asked_where_its_check_stands(submission):
    """A name used again for the next exercise costs nothing, as in the student's own self-check."""
    data = submission(sigmoid_slope=USES_HELPER)
    for later in (WRONG_HELPER, "sigmoid_slope = None"):
        result = marking.mark(with_cells(data, later, before=8), ACTIVATIONS, SEEDED)
        assert (result["score"], result["notes"]) == (9, [])
    assert marking.mark(with_cells(data, WRONG_HELPER, before=6), ACTIVATIONS, SEEDED)["score"] == 5


def test_cells_below_the_last_check_are_not_run(submission):
    data = with_cells(submission(), "raise SystemError", before=30)
    assert marking.mark(data, ACTIVATIONS, SEEDED)["score"] == 9


def test_an_answer_below_its_check_counts_and_is_noted(submission):
    data = with_cells(submission(sigmoid_slope="raise NotImplementedError"), USES_HELPER, before=30)
    result = marking.mark(data, ACTIVATIONS, SEEDED)
    assert result["score"] == 9
    assert result["notes"] == ["sigmoid_slope 写在自检下面 | sigmoid_slope stands below its self-check"]
    assert list(result["exercises"]) == list(TESTS)
    wrong = with_cells(submission(sigmoid_slope="pass"), "def sigmoid_slope(z):\n    return 0", before=30)
    result = marking.mark(wrong, ACTIVATIONS, SEEDED)
    assert (result["score"], result["notes"]) == (5, [])
    assert set(result["exercises"]["sigmoid-slope"]["tests"].values()) == {"没有定义 | not defined"}


def without(data, *ids):
    """A notebook without some cells."""
    notebook = json.loads(data)
    notebook["cells"] = [cell for cell in notebook["cells"] if cell.get("id") not in ids]
    return json.dumps(notebook).encode()


USES_RATIO = "def sigmoid_slope(z): return ratio(np.exp(-np.abs(z)))"


@pytest.mark.parametrize(("answer", "following"), [
    (USES_RATIO, "def ratio(u): return u / (1 + u) ** 2"), ("def sigmoid_slope(z): return 0 * z", USES_HELPER),
    (USES_HELPER.replace("sigmoid_slope", "_s"), "sigmoid_slope, K = _s, 1"),
], ids=["helper", "improved", "in a tuple"])
def test_without_its_check_an_answer_goes_on_to_the_next_exercise(submission, answer, following):
    data = without(with_cells(submission(sigmoid_slope=answer), following, before=6), "sigmoid-slope-check")
    result = marking.mark(data, ACTIVATIONS, SEEDED)
    assert (result["score"], result["notes"]) == (
        9, ["缺少单元格 sigmoid-slope-check | missing cells: sigmoid-slope-check"])


@pytest.mark.parametrize("following", [
    "sigmoid_slope, K = _s, 1", "globals().update(sigmoid_slope=_s)", "if True:\n    sigmoid_slope = _s",
])
def test_an_answer_below_its_check_may_be_bound_in_any_way(submission, following):
    data = with_cells(submission(sigmoid_slope=USES_HELPER.replace("sigmoid_slope", "_s")), following, before=30)
    assert marking.mark(data, ACTIVATIONS, SEEDED)["score"] == 9


@pytest.mark.parametrize(("check", "score"), [
    ("try: nn.exercises.check('sigmoid-slope', my_slope)\nexcept NameError: pass", 9), ("my_slope(0)", 5),
])
def test_a_renamed_function_is_asked_where_its_check_hands_it_in(submission, check, score):
    data = submission(sigmoid_slope=USES_HELPER.replace("sigmoid_slope", "my_slope"), sigmoid_slope_check=check)
    assert marking.mark(data, ACTIVATIONS, SEEDED)["score"] == score


def test_a_fault_of_the_grader_is_raised(submission, monkeypatch):
    def outcomes(*args):
        raise OSError("no more processes")

    monkeypatch.setattr(marking, "outcomes", outcomes)
    with pytest.raises(OSError, match="no more processes"):
        marking.mark(submission(), ACTIVATIONS, SEEDED)


def test_what_cannot_be_read_earns_nothing_and_says_why():
    why = "不是 Jupyter 笔记本 | not a Jupyter notebook"
    result = marking.mark(b"[]", ACTIVATIONS, SEEDED)
    assert result == marking.refused(ACTIVATIONS, why)
    assert (result["status"], result["score"], result["max"]) == ("refused", 0, 12)
    assert (result["notes"], result["pending"]) == ([why], {})
    assert result["exercises"] == {id: {"points": 0, "max": len(tests), "tests": dict.fromkeys(tests, why)}
                                   for id, tests in TESTS.items()}


def test_a_key_names_submission_assignment_conditions_and_versions(monkeypatch):
    usual = marking.key(b"a", ACTIVATIONS, SEEDED)
    assert len(usual) == 24
    assert set(usual) <= set("0123456789abcdef")
    assert usual == marking.key(b"a", assignments.load("activations"), Conditions(7, 2.0, True))
    others = {marking.key(*args) for args in (
        (b"b", ACTIVATIONS, SEEDED), (b"a", assignments.load("intro"), SEEDED),
        (b"a", ACTIVATIONS, Conditions(8)), (b"a", ACTIVATIONS, Conditions(7, seconds=20.0)),
        (b"a", ACTIVATIONS, Conditions(7, sandboxed=False)), (b"a", ACTIVATIONS, SEEDED, ["odd"]))}
    for owner, name in ((np, "__version__"), (marking.platform, "python_version")):
        with monkeypatch.context() as patch:
            patch.setattr(owner, name, "1.0" if owner is np else lambda: "1.0")
            others.add(marking.key(b"a", ACTIVATIONS, SEEDED))
    assert len(others - {usual}) == 8


@pytest.fixture
def changed(monkeypatch, tmp_path):
    """Does one more byte in a file of the program change the key?"""
    for name in ("nnlib", "grader", "assignments"):
        shutil.copytree(assignments.ROOT / name, tmp_path / name)
    monkeypatch.setattr(marking, "ROOT", tmp_path)

    def key():
        marking._code.cache_clear()
        return marking.key(b"a", ACTIVATIONS, SEEDED)

    def changed(name):
        before = key()
        with open(tmp_path / name, "ab") as file:
            file.write(b"#")
        return key() != before

    return changed


@pytest.mark.parametrize("name", [
    "nnlib/exercises/intro.py", "nnlib/exercises/judging.py", "nnlib/network.py", "nnlib/_common/pair.py",
    "grader/marking.py", "grader/submission.py", "grader/assignments.py", "grader/guard.py", "grader/sandbox/worker.py",
    "grader/sandbox/box.py",
])
def test_the_key_follows_what_decides_a_mark(changed, name):
    assert changed(name)


@pytest.mark.parametrize("name", [
    "nnlib/plot/style.py", "nnlib/explorers/explorer.py", "nnlib/datasets/points.py",
    "grader/reports/feedback.py", "grader/__main__.py", "grader/collect.py", "assignments/solutions.py",
])
def test_the_key_ignores_what_decides_no_mark(changed, name):
    assert not changed(name)


def test_the_key_knows_all_that_marking_imports():
    """But not all of nnlib/__init__.py, which also names what decides no mark."""
    decides = {path for pattern in marking.DECIDES for path in ROOT.glob(pattern)}
    for path in decides - {ROOT / "nnlib" / "__init__.py"}:
        assert {ROOT / other for other in imported(path.relative_to(ROOT))} <= decides, path
