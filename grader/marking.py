"""Marks one submission: a pure function of its bytes, the assignment and the conditions of marking."""

import platform
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

import nnlib
from nnlib._common.fingerprint import fingerprint
from nnlib.exercises.selfcheck import EXERCISES, outcomes

from .assignments import Assignment, source
from .sandbox.process import AnswerProcess, RemoteAnswer, clean
from .submission import Refused, parse

NNLIB, GRADER = Path(nnlib.__file__).parent, Path(__file__).parent
# All the code that decides a mark: the network, the exercises with their judging, and what runs the answers.
DECIDES_IN_NNLIB = ("*.py", "_common/*.py", "exercises/*.py")
DECIDES_IN_GRADER = ("assignments.py", "guard.py", "marking.py", "output.py", "published.py", "submission.py",
                     "sandbox/*.py")


@dataclass(frozen=True)
class Conditions:
    """How a class is marked: the secret seed, the seconds of processor time for one call, whether in a sandbox."""

    seed: int
    seconds: float = 2.0
    sandboxed: bool = True
    varied: bool = False  # whether the seed has chosen variants of the exercises


def mark(data: bytes, assignment: Assignment, conditions: Conditions, file_notes: Sequence[str] = ()) -> dict[str, Any]:
    """The result of one submission, ready for JSON; `file_notes` become its first notes.

    A test that passes is worth one point; a part in words is pending. The tests of an exercise are asked where its
    self-check stands; if its function is only written below that, they are asked once more at the end. An error that is
    raised from here is a fault of the grader, never of the student.
    """
    try:
        submission = parse(data, assignment)
    except Refused as why:
        return refused(assignment, str(why))
    causes, notes = {}, [*file_notes, *submission.notes]

    def asked(id: str, name: str) -> dict[str, str]:
        """Why the answer called `name` failed each test of an exercise; ``""`` if it passed."""
        wrongs = outcomes(EXERCISES[id], RemoteAnswer(process, name), conditions.seed, assignment.variants[id])
        return {title: wrong.cause if wrong else "" for title, wrong in wrongs.items()}

    with AnswerProcess(submission.cells, conditions.sandboxed, conditions.seconds) as process:
        for id in sorted(assignment.exercises, key=submission.places.__getitem__):
            process.goal = submission.places[id]
            for name in dict.fromkeys((EXERCISES[id].name, submission.renamed.get(id, EXERCISES[id].name))):
                if all(causes.get(id, {"": "not asked yet"}).values()):
                    causes[id] = asked(id, name)
        for id, place in submission.places.items():
            name = EXERCISES[id].name
            if all(causes[id].values()) and any(name in cell for cell in submission.cells[place:]):
                process.goal = len(submission.cells)
                again = asked(id, name)
                if not all(again.values()):
                    causes[id] = again
                    notes.append(f"{name} 写在自检下面 | {name} stands below its self-check")
        process.listen()
    for number, messages in sorted(process.cell_messages.items()):
        first = next(filter(None, map(str.strip, submission.cells[number].splitlines())))
        title = clean(f"{first[:60]}…" if len(first) > 60 else first)
        notes += [f"单元格“{title}” | cell “{title}”\n{message}" for message in messages]
    status = "other variants" if submission.others else "marked"
    return _result(assignment, status, {id: causes[id] for id in assignment.exercises}, notes[:50])


def refused(assignment: Assignment, why: str) -> dict[str, Any]:
    """The result of a submission that cannot be marked: no points, and the reason."""
    causes = {id: dict.fromkeys(EXERCISES[id].tests, why) for id in assignment.exercises}
    return _result(assignment, "refused", causes, [why])


def _result(assignment: Assignment, status: str, causes: dict[str, dict[str, str]], notes: list[str]) -> dict[str, Any]:
    exercises = {id: {"points": [*by.values()].count(""), "max": len(by), "tests": by} for id, by in causes.items()}
    return {"assignment": assignment.name, "status": status, "exercises": exercises, "notes": notes,
            "score": sum(entry["points"] for entry in exercises.values()), "max": assignment.points,
            "pending": {} if status == "refused" else assignment.written, "variants": assignment.variants}


def key(data: bytes, assignment: Assignment, conditions: Conditions, file_notes: Sequence[str] = ()) -> str:
    """The name of one result, made from everything that it depends on."""
    settings = f"{conditions}, {assignment.variants}, Python {platform.python_version()}, NumPy {np.__version__}"
    return fingerprint([data, *file_notes, source(assignment.name).read_bytes(), _code(NNLIB, GRADER), settings])[:24]


@cache
def _code(nnlib_folder: Path, grader_folder: Path) -> str:
    """A hash of the code that decides a mark; plots, explorers and reports are no part of it."""
    folders = ((nnlib_folder, DECIDES_IN_NNLIB), (grader_folder, DECIDES_IN_GRADER))
    paths = [path for folder, own in folders for pattern in own for path in sorted(folder.glob(pattern))]
    return fingerprint([path.read_bytes() for path in paths])
