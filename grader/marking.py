"""Marks one submission: a pure function of its bytes, the assignment and the conditions of marking."""

import platform
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from operator import itemgetter
from pathlib import Path
from typing import Any

import numpy as np

from nnlib._common.fingerprint import fingerprint
from nnlib.exercises.selfcheck import EXERCISES, outcomes

from .assignments import ROOT, Assignment
from .sandbox.process import AnswerProcess, RemoteAnswer, clean
from .submission import Refused, parse

# All the code that decides a mark: the network, the exercises with their judging, and what runs the answers.
DECIDES = ("nnlib/*.py", "nnlib/_common/*.py", "nnlib/exercises/*.py", "grader/sandbox/*.py", "grader/assignments.py",
           "grader/guard.py", "grader/marking.py", "grader/output.py", "grader/published.py", "grader/submission.py")


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
    causes, notes, cells = {}, [*file_notes, *submission.notes], submission.cells
    names = {id: EXERCISES[id].name for id in assignment.exercises}
    turns = [(place, id, name, "") for id, place in sorted(submission.places.items(), key=itemgetter(1))
             for name in dict.fromkeys((names[id], submission.renamed.get(id, names[id])))]
    turns += [(len(cells), id, names[id], f"{names[id]} 写在自检下面 | {names[id]} stands below its self-check")
              for id, place in submission.places.items() if any(names[id] in cell for cell in cells[place:])]
    with AnswerProcess(cells, conditions.sandboxed, conditions.seconds) as process:
        for place, id, name, note in turns:
            if all(causes.get(id, {"": "not asked yet"}).values()):
                process.goal = place
                wrongs = outcomes(EXERCISES[id], RemoteAnswer(process, name), conditions.seed, assignment.variants[id])
                found = {title: wrong.cause if wrong else "" for title, wrong in wrongs.items()}
                if not (note and all(found.values())):
                    causes[id] = found
                    notes += [note] * bool(note)
        process.listen()
    for number, messages in sorted(process.cell_messages.items()):
        first = next(filter(None, map(str.strip, cells[number].splitlines())))
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
    settings = f"{conditions}, {assignment}, Python {platform.python_version()}, NumPy {np.__version__}"
    return fingerprint([data, *file_notes, _code(ROOT), settings])[:24]


@cache
def _code(root: Path) -> str:
    """A hash of the code that decides a mark; plots, explorers and reports are no part of it."""
    return fingerprint([path.read_bytes() for pattern in DECIDES for path in sorted(root.glob(pattern))])
