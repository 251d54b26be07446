"""Marks one submission: a pure function of its bytes, the assignment and the conditions of marking."""

import hashlib
import platform
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

import nnlib
from nnlib.exercises.selfcheck import EXERCISES, outcome

from .assignments import Assignment, source
from .sandbox.process import AnswerProcess, RemoteAnswer, TooSlow
from .submission import Refused, parse

TOTAL_SECONDS = 180.0  # for all of one submission
NNLIB, GRADER = Path(nnlib.__file__).parent, Path(__file__).parent
# All the code that decides a mark: the network, the exercises with their judging, and what runs the answers.
DECIDES_IN_NNLIB = ("*.py", "_common/*.py", "exercises/*.py")
DECIDES_IN_GRADER = ("assignments.py", "marking.py", "output.py", "submission.py", "sandbox/*.py")


@dataclass(frozen=True)
class Conditions:
    """How a class is marked: the secret seed, the seconds for one call of an answer, whether in a sandbox."""

    seed: int
    seconds: float = 5.0
    sandboxed: bool = True


def mark(
    data: bytes, assignment: Assignment, conditions: Conditions, file_notes: Sequence[str] = ()
) -> dict[str, Any]:
    """The result of one submission, ready for JSON; `file_notes` become its first notes.

    A test that passes is worth one point; a part in words is pending. A timeout is tried once more. An error
    that is raised from here is a fault of the grader, never of the student.
    """
    try:
        cells, notebook_notes = parse(data, assignment)
    except Refused as why:
        return refused(assignment, str(why))
    exercises = {}
    with AnswerProcess(cells, conditions.sandboxed, conditions.seconds, TOTAL_SECONDS) as process:
        for id in assignment.exercises:
            exercise, retried = EXERCISES[id], False
            answer, causes = RemoteAnswer(process, exercise.name), {}
            for title in exercise.tests:
                wrong = outcome(exercise, title, answer, conditions.seed)
                if isinstance(wrong, TooSlow) and not retried:
                    retried = True
                    wrong = outcome(exercise, title, answer, conditions.seed)
                causes[title] = wrong.cause if wrong else ""
            exercises[id] = {
                "points": sum(not cause for cause in causes.values()),
                "max": len(causes),
                "tests": causes,
            }
    cell_notes = [f"[{number}] {text}" for number, texts in process.cell_messages.items() for text in texts]
    return _result(assignment, "marked", exercises, [*file_notes, *notebook_notes, *cell_notes][:50])


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


def key(data: bytes, assignment: Assignment, conditions: Conditions) -> str:
    """The name of one result, made from everything that a mark depends on."""
    settings = f"{conditions}, Python {platform.python_version()}, NumPy {np.__version__}".encode()
    parts = (data, source(assignment.name).read_bytes(), _code(NNLIB, GRADER), settings)
    return _hash(parts).hex()[:24]


@cache
def _code(nnlib_folder: Path, grader_folder: Path) -> bytes:
    """A hash of the code that decides a mark; plots, explorers and reports are no part of it."""
    folders = ((nnlib_folder, DECIDES_IN_NNLIB), (grader_folder, DECIDES_IN_GRADER))
    paths = [path for folder, own in folders for pattern in own for path in sorted(folder.glob(pattern))]
    return _hash(path.read_bytes() for path in paths)


def _hash(parts: Iterable[bytes]) -> bytes:
    """A hash of byte strings that also depends on where each of them ends."""
    return hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in parts)).digest()
