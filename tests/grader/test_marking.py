"""What a notebook earns, without a process: answers run here, and the clock is a script."""

import json
import shutil

import nbformat
import numpy as np
import pytest

from grader import assignments, marking
from grader.marking import Conditions
from grader.sandbox.process import TooSlow
from nnlib.exercises.judging import LocalAnswer, Wrong
from nnlib.exercises.selfcheck import EXERCISES
from tests.imports import ROOT, imported

ACTIVATIONS = assignments.load("activations")
TESTS = {id: list(EXERCISES[id].tests) for id in ACTIVATIONS.exercises}
SLOW = TooSlow("太慢 | too slow")
SEEDED = Conditions(7)


class Here:
    """Stands in for a student's process: the cells run in this one."""

    def __init__(self, cells, sandboxed, seconds, total):
        self.namespace = {"np": np}
        self.cell_messages = {1: [f"{sandboxed}, {seconds:g} s a call, {total:g} s in all"]}
        for cell in cells:
            exec(cell, self.namespace)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        pass


@pytest.fixture(autouse=True)
def here(monkeypatch):
    monkeypatch.setattr(marking, "AnswerProcess", Here)
    monkeypatch.setattr(marking, "RemoteAnswer",
                        lambda process, name: LocalAnswer(name, process.namespace[name]))


@pytest.fixture
def submission(notebook):
    def submission(**cells):
        return nbformat.writes(notebook("activations", **cells)).encode()

    return submission


def test_right_answers(submission):
    """4 + 3 + 2 points of 12: the other 3 are for a part in words."""
    result = marking.mark(submission(), ACTIVATIONS, SEEDED)
    assert list(result) == ["assignment", "status", "exercises", "notes", "score", "max", "pending"]
    assert (result["assignment"], result["status"]) == ("activations", "marked")
    assert (result["score"], result["max"], result["pending"]) == (9, 12, {"maxout-answer": 3})
    assert {id: (entry["points"], entry["max"]) for id, entry in result["exercises"].items()} == {
        "sigmoid-slope": (4, 4), "dead-units": (3, 3), "maxout": (2, 2)}
    assert all(entry["tests"] == dict.fromkeys(TESTS[id], "") for id, entry in result["exercises"].items())


def test_each_test_is_a_point_and_says_what_was_missed(submission):
    """s (1 - s) is rounded to 0 far on the right: one test of four."""
    slope = "def sigmoid_slope(z):\n    s = 1 / (1 + np.exp(-z))\n    return s * (1 - s)"
    result = marking.mark(submission(sigmoid_slope=slope), ACTIVATIONS, SEEDED)
    entry = result["exercises"]["sigmoid-slope"]
    assert (result["score"], entry["points"], entry["max"]) == (8, 3, 4)
    (why,) = filter(None, entry["tests"].values())
    assert "is rounded to 0 on the right" in why


def test_the_sandbox_is_what_is_used_unless_told_otherwise(submission):
    notes = marking.mark(submission(), ACTIVATIONS, SEEDED)["notes"]
    assert notes == ["[1] True, 5 s a call, 180 s in all"]
    notes = marking.mark(submission(), ACTIVATIONS, Conditions(7, 0.5, False))["notes"]
    assert notes == ["[1] False, 0.5 s a call, 180 s in all"]


def test_notes_of_the_notebook_come_first_and_there_are_not_too_many(submission):
    twice = json.loads(submission())
    twice["cells"].append(twice["cells"][2])
    twice_noted = "单元格 sigmoid-slope-title 出现两次 | cell sigmoid-slope-title occurs twice"
    notes = marking.mark(json.dumps(twice).encode(), ACTIVATIONS, SEEDED, ["odd"])["notes"]
    assert notes == ["odd", twice_noted, "[1] True, 5 s a call, 180 s in all"]
    twice["cells"] += [None] * 60
    notes = marking.mark(json.dumps(twice).encode(), ACTIVATIONS, SEEDED)["notes"]
    assert notes == [twice_noted] + ["跳过一个坏单元格 | a broken cell was skipped"] * 49


def test_the_first_slow_test_of_an_exercise_has_a_second_chance(submission, monkeypatch):
    """The machine may have been busy once; a function that is slow again and again costs no more time."""
    wrong = Wrong("错 | wrong")
    script = iter([SLOW, None, SLOW, wrong, None,  # once more for the first, and no more after that
                   SLOW, SLOW, SLOW, None,  # slow again: lost, and so is the next
                   wrong, SLOW, wrong])
    asked = []

    def outcome(exercise, title, answer, seed):
        asked.append((exercise.id, title, answer.name, seed))
        return next(script)

    monkeypatch.setattr(marking, "outcome", outcome)
    result = marking.mark(submission(), ACTIVATIONS, SEEDED)
    slope, dead, maxout = TESTS.values()
    assert [(id, title) for id, title, *_ in asked] == [
        *(("sigmoid-slope", slope[k]) for k in (0, 0, 1, 2, 3)),
        *(("dead-units", dead[k]) for k in (0, 0, 1, 2)),
        *(("maxout", maxout[k]) for k in (0, 1, 1))]
    assert {name for *_, name, _ in asked} == {"sigmoid_slope", "dead_share", "maxout_weights"}
    assert {seed for *_, seed in asked} == {7}
    assert [list(entry["tests"].values()) for entry in result["exercises"].values()] == [
        ["", SLOW.cause, wrong.cause, ""], [SLOW.cause, SLOW.cause, ""], [wrong.cause] * 2]
    assert [entry["points"] for entry in result["exercises"].values()] == [2, 1, 0]
    assert result["score"] == 3


def test_a_fault_of_the_grader_is_raised(submission, monkeypatch):
    def outcome(*args):
        raise OSError("no more processes")

    monkeypatch.setattr(marking, "outcome", outcome)
    with pytest.raises(OSError, match="no more processes"):
        marking.mark(submission(), ACTIVATIONS, SEEDED)


def test_what_cannot_be_read_earns_nothing_and_says_why():
    why = "不是 Jupyter 笔记本 | not a Jupyter notebook"
    result = marking.mark(b"[]", ACTIVATIONS, SEEDED)
    assert result == marking.refused(ACTIVATIONS, why)
    assert (result["status"], result["score"], result["max"]) == ("refused", 0, 12)
    assert (result["notes"], result["pending"]) == ([why], {"maxout-answer": 3})
    assert result["exercises"] == {id: {"points": 0, "max": len(tests), "tests": dict.fromkeys(tests, why)}
                                   for id, tests in TESTS.items()}


def test_a_key_names_submission_assignment_conditions_and_versions(monkeypatch):
    usual = marking.key(b"a", ACTIVATIONS, SEEDED)
    assert len(usual) == 24
    assert set(usual) <= set("0123456789abcdef")
    assert usual == marking.key(b"a", assignments.load("activations"), Conditions(7, 5.0, True))
    others = {marking.key(*args) for args in (
        (b"b", ACTIVATIONS, SEEDED), (b"a", assignments.load("intro"), SEEDED),
        (b"a", ACTIVATIONS, Conditions(8)), (b"a", ACTIVATIONS, Conditions(7, seconds=20.0)),
        (b"a", ACTIVATIONS, Conditions(7, sandboxed=False)))}
    for owner, name in ((np, "__version__"), (marking.platform, "python_version")):
        with monkeypatch.context() as patch:
            patch.setattr(owner, name, "1.0" if owner is np else lambda: "1.0")
            others.add(marking.key(b"a", ACTIVATIONS, SEEDED))
    assert len(others - {usual}) == 7


@pytest.fixture
def changed(monkeypatch, tmp_path):
    """Does one more byte in a file of the program change the key?"""
    for name in ("nnlib", "grader", "assignments"):
        shutil.copytree(assignments.ROOT / name, tmp_path / name)
    monkeypatch.setattr(marking, "NNLIB", tmp_path / "nnlib")
    monkeypatch.setattr(marking, "GRADER", tmp_path / "grader")
    monkeypatch.setattr(assignments, "SOURCE", tmp_path / "assignments" / "source")

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
    "grader/marking.py", "grader/submission.py", "grader/assignments.py", "grader/sandbox/worker.py",
    "grader/sandbox/box.py", "assignments/source/activations/activations.ipynb",
])
def test_the_key_follows_what_decides_a_mark(changed, name):
    assert changed(name)


@pytest.mark.parametrize("name", [
    "nnlib/plot/style.py", "nnlib/explorers/explorer.py", "nnlib/datasets/points.py",
    "grader/reports/feedback.py", "grader/__main__.py", "grader/collect.py", "grader/sources.py",
    "assignments/solutions.py", "assignments/source/intro/intro.ipynb",
])
def test_the_key_ignores_what_decides_no_mark(changed, name):
    assert not changed(name)


def test_the_key_knows_all_that_marking_imports():
    """But not all of nnlib/__init__.py, which also names what decides no mark."""
    decides = {path for folder, patterns in ((marking.NNLIB, marking.DECIDES_IN_NNLIB),
                                             (marking.GRADER, marking.DECIDES_IN_GRADER))
               for pattern in patterns for path in folder.glob(pattern)}
    for path in decides - {marking.NNLIB / "__init__.py"}:
        assert {ROOT / other for other in imported(path.relative_to(ROOT))} <= decides, path
