"""Grades as CSV, plain or as an LMS imports them; the rules of the importers are named where they decide."""

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ..batch import Results
from ..output import write_file

MOODLE = ["Identifier", "Full name", "Email address", "Status", "Grade", "Maximum Grade", "Grade can be changed",
          "Last modified (submission)", "Last modified (grade)"]  # no feedback: an empty cell would erase it
Graded = list[tuple[str, str, dict[str, Any]]]  # student, score as text, result


def write_grades(results: Results, format: str, target: Path) -> tuple[int, int]:
    """Write all grades to one file; return how many there are, and how many lack points for a part in words."""
    if format != "csv" and len(results) > 1:
        raise ValueError("expected one assignment for an LMS, where an empty cell would erase a grade, "
                         f"got {', '.join(results)}. Name one with --assignment.")
    graded = [(student, f"{result['score']:g}", result)
              for by_student in results.values() for student, result in sorted(by_student.items())]
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(ROWS[format](graded))
    encoding = "utf-8-sig" if format == "csv" else "utf-8"  # by this mark a spreadsheet recognises UTF-8
    write_file(target, out.getvalue().encode(encoding))
    return len(graded), sum(bool(result["pending"]) for *_, result in graded)


def _plain(graded: Graded) -> Iterator[list[Any]]:
    yield ["student", "assignment", "score", "max", "pending", "status"]
    for student, score, result in graded:
        yield [student, result["assignment"], score, result["max"], " ".join(result["pending"]), result["status"]]


def _canvas(graded: Graded) -> Iterator[list[Any]]:
    """Canvas looks for the number of the user first, then for the login, then for the name (gradebook_importer.rb)."""
    yield ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", graded[0][2]["assignment"]]
    yield ["    Points Possible", "", "", "", "", max(result["max"] for *_, result in graded)]
    for student, score, _ in graded:
        yield [student, *([student, "", ""] if _number(student) else ["", "", student]), "", score]


def _moodle(graded: Graded) -> Iterator[list[Any]]:
    """Moodle skips, without a word, who has no number and whom it saw graded later (assign/feedback/offline)."""
    if others := [student for student, *_ in graded if not _number(student)]:
        raise ValueError(f"expected Moodle's numbers of participants, got {others[:5]}. "
                         "Collect from Moodle's download, or use --format moodle-users.")
    yield MOODLE
    now = f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC"
    for student, score, result in graded:
        yield [f"Participant {student}", "", "", "", score, result["max"], "Yes", "-", now]


def _moodle_users(graded: Graded) -> Iterator[list[Any]]:
    yield ["username", graded[0][2]["assignment"]]
    yield from (one[:2] for one in graded)


def _gradescope(graded: Graded) -> Iterator[list[Any]]:
    yield ["SID", "Email", "Total Score", "Max Points"]
    for student, score, result in graded:
        yield [*(["", student] if "@" in student else [student, ""]), score, result["max"]]


def _number(student: str) -> bool:
    return student.isascii() and student.isdecimal()


ROWS = {"csv": _plain, "canvas": _canvas, "moodle": _moodle, "moodle-users": _moodle_users, "gradescope": _gradescope}
