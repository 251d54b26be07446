"""Marks one submission: a pure function of its bytes, the assignment and the secret seed."""

import hashlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import nnlib
from nnlib.exercises.selfcheck import EXERCISES, outcome

from .assignments import Assignment, source
from .sandbox.process import AnswerProcess, RemoteAnswer, TooSlow
from .submission import Refused, parse

TOTAL_SECONDS = 180.0  # for all of one submission


def mark(
    data: bytes,
    assignment: Assignment,
    seed: int,
    odd: Sequence[str] = (),
    sandboxed: bool = True,
    seconds: float = 5.0,
) -> dict[str, Any]:
    """The result of one submission, ready for JSON; `odd` is what is to be noted of its file.

    A test that passes is worth one point; a part in words is pending. A timeout is tried once more. Whatever
    is raised from here is a fault of the grader, never of the student.
    """
    try:
        cells, notes = parse(data, assignment)
    except Refused as why:
        return refused(assignment, str(why))
    exercises = {}
    with AnswerProcess(cells, sandboxed, seconds, TOTAL_SECONDS) as student:
        for id in assignment.exercises:
            exercise, slow = EXERCISES[id], False
            answer, tests = RemoteAnswer(student, exercise.name), {}
            for title in exercise.tests:
                wrong = outcome(exercise, title, answer, seed)
                if isinstance(wrong, TooSlow) and not slow:
                    slow = True
                    wrong = outcome(exercise, title, answer, seed)
                tests[title] = wrong.cause if wrong else ""
            exercises[id] = {
                "points": sum(not cause for cause in tests.values()),
                "max": len(tests),
                "tests": tests,
            }
    told = [f"[{number}] {text}" for number, texts in student.told.items() for text in texts]
    return _result(assignment, "marked", exercises, [*odd, *notes, *told][:50])


def refused(assignment: Assignment, why: str) -> dict[str, Any]:
    """The result of a submission that cannot be marked: no points, and the reason."""
    exercises = {
        id: {"points": 0, "max": len(EXERCISES[id].tests), "tests": dict.fromkeys(EXERCISES[id].tests, why)}
        for id in assignment.exercises
    }
    return _result(assignment, "refused", exercises, [why])


def _result(
    assignment: Assignment, status: str, exercises: dict[str, Any], notes: list[str]
) -> dict[str, Any]:
    return {
        "assignment": assignment.name,
        "status": status,
        "exercises": exercises,
        "notes": notes,
        "score": sum(entry["points"] for entry in exercises.values()),
        "max": assignment.points,
        "pending": assignment.written,
    }


@cache
def _tests() -> str:
    """A hash of everything but the seed and the submission that a mark depends on."""
    total = hashlib.sha256()
    for folder in (Path(nnlib.__file__).parent, Path(__file__).parent):
        for path in sorted(folder.rglob("*.py")):
            total.update(path.read_bytes())
    return total.hexdigest()


def key(data: bytes, assignment: Assignment, seed: int) -> str:
    """Names one result: the same submission, tests and seed give the same key."""
    parts = (data, source(assignment.name).read_bytes(), _tests().encode(), str(seed).encode())
    return hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()[:24]
