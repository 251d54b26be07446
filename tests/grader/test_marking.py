"""What a notebook earns, without a process: answers run here, and the clock is a script."""

import hashlib
import json
import types

import nbformat
import numpy as np
import pytest

from grader import assignments, marking
from grader.sandbox.process import TooSlow
from nnlib.exercises.judging import LocalAnswer, Wrong
from nnlib.exercises.selfcheck import EXERCISES

ACTIVATIONS = assignments.load("activations")
TESTS = {id: list(EXERCISES[id].tests) for id in ACTIVATIONS.exercises}
SLOW = TooSlow("太慢 | too slow")


class Here:
    """Stands in for a student's process: the cells run in this one."""

    def __init__(self, cells, sandboxed, seconds, total):
        self.space, self.told = {"np": np}, {1: [f"{sandboxed}, {seconds:g} s a call, {total:g} s in all"]}
        for cell in cells:
            exec(cell, self.space)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        pass


@pytest.fixture(autouse=True)
def here(monkeypatch):
    monkeypatch.setattr(marking, "Student", Here)
    monkeypatch.setattr(marking, "RemoteAnswer", lambda student, name: LocalAnswer(name, student.space[name]))


@pytest.fixture
def submission(notebook):
    def submission(**cells):
        return nbformat.writes(notebook("activations", **cells)).encode()

    return submission


def test_right_answers(submission):
    """4 + 3 + 2 points of 12: the other 3 are for a part in words."""
    result = marking.mark(submission(), ACTIVATIONS, 7)
    assert list(result) == ["assignment", "status", "exercises", "notes", "score", "max", "pending"]
    assert (result["assignment"], result["status"]) == ("activations", "marked")
    assert (result["score"], result["max"], result["pending"]) == (9, 12, {"maxout-answer": 3})
    assert {id: (entry["points"], entry["max"]) for id, entry in result["exercises"].items()} == {
        "sigmoid-slope": (4, 4), "dead-units": (3, 3), "maxout": (2, 2)}
    assert all(entry["tests"] == dict.fromkeys(TESTS[id], "") for id, entry in result["exercises"].items())


def test_each_test_is_a_point_and_says_what_was_missed(submission):
    """s (1 - s) is rounded to 0 far on the right: one test of four."""
    slope = "def sigmoid_slope(z):\n    s = 1 / (1 + np.exp(-z))\n    return s * (1 - s)"
    result = marking.mark(submission(sigmoid_slope=slope), ACTIVATIONS, 7)
    entry = result["exercises"]["sigmoid-slope"]
    assert (result["score"], entry["points"], entry["max"]) == (8, 3, 4)
    (why,) = filter(None, entry["tests"].values())
    assert "is rounded to 0 on the right" in why


def test_the_sandbox_is_what_is_used_unless_told_otherwise(submission):
    notes = marking.mark(submission(), ACTIVATIONS, 7)["notes"]
    assert notes == ["[1] True, 5 s a call, 180 s in all"]
    notes = marking.mark(submission(), ACTIVATIONS, 7, sandboxed=False, seconds=0.5)["notes"]
    assert notes == ["[1] False, 0.5 s a call, 180 s in all"]


def test_notes_of_the_notebook_come_first_and_there_are_not_too_many(submission):
    twice = json.loads(submission())
    twice["cells"].append(twice["cells"][2])
    twice_noted = "单元格 sigmoid-slope-title 出现两次 | cell sigmoid-slope-title stands twice"
    notes = marking.mark(json.dumps(twice).encode(), ACTIVATIONS, 7, odd=["odd"])["notes"]
    assert notes == ["odd", twice_noted, "[1] True, 5 s a call, 180 s in all"]
    twice["cells"] += [None] * 60
    notes = marking.mark(json.dumps(twice).encode(), ACTIVATIONS, 7)["notes"]
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
    result = marking.mark(submission(), ACTIVATIONS, 7)
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
        marking.mark(submission(), ACTIVATIONS, 7)


def test_what_cannot_be_read_earns_nothing_and_says_why():
    why = "不是 Jupyter 笔记本 | not a Jupyter notebook"
    result = marking.mark(b"[]", ACTIVATIONS, 7)
    assert result == marking.refused(ACTIVATIONS, why)
    assert (result["status"], result["score"], result["max"]) == ("refused", 0, 12)
    assert (result["notes"], result["pending"]) == ([why], {"maxout-answer": 3})
    assert result["exercises"] == {id: {"points": 0, "max": len(tests), "tests": dict.fromkeys(tests, why)}
                                   for id, tests in TESTS.items()}


def test_a_key_names_submission_tests_and_seed(monkeypatch, tmp_path):
    usual = marking.key(b"a", ACTIVATIONS, 1)
    assert len(usual) == 24
    assert set(usual) <= set("0123456789abcdef")
    assert usual == marking.key(b"a", ACTIVATIONS, 1)
    keys = {marking.key(*args) for args in ((b"b", ACTIVATIONS, 1), (b"a", ACTIVATIONS, 2),
                                            (b"a", assignments.load("intro"), 1))}
    monkeypatch.setattr(marking, "_tests", lambda: "other tests")
    keys.add(marking.key(b"a", ACTIVATIONS, 1))
    monkeypatch.undo()
    tmp_path.joinpath("other.ipynb").write_text("another notebook")
    monkeypatch.setattr(marking, "source", lambda name: tmp_path / "other.ipynb")
    keys.add(marking.key(b"a", ACTIVATIONS, 1))
    assert len(keys - {usual}) == 5


def test_a_changed_line_of_nnlib_or_the_grader_changes_the_tests(monkeypatch, tmp_path):
    for name in ("nnlib", "grader"):
        tmp_path.joinpath(name).mkdir()
        tmp_path.joinpath(name, "a.py").write_text(f"{name} = 1")
    fake = types.SimpleNamespace(__file__=str(tmp_path / "nnlib" / "__init__.py"))
    monkeypatch.setattr(marking, "nnlib", fake)
    monkeypatch.setattr(marking, "__file__", str(tmp_path / "grader" / "marking.py"))
    seen = {marking._tests.__wrapped__()}
    for path in sorted(tmp_path.glob("*/a.py")):
        path.write_text("changed = 1")
        seen.add(marking._tests.__wrapped__())
    assert len(seen) == 3
    assert all(len(found) == len(hashlib.sha256().hexdigest()) for found in seen)
