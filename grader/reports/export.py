"""Grades as CSV, plain or as an LMS imports them; the rules of the importers are named where they decide."""

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ..output import write_file
from .manual import Results

MOODLE = ["Identifier", "Full name", "Email address", "Status", "Grade", "Maximum Grade", "Grade can be changed",
          "Last modified (submission)", "Last modified (grade)"]  # no feedback: an empty cell would erase it
Graded = list[tuple[str, str, dict[str, Any]]]  # assignment, student, result


def write_grades(found: Results, format: str, target: Path) -> tuple[int, int]:
    """Write all grades to one file; return how many there are, and how many lack points for a part in words."""
    if format != "csv" and len(found) > 1:
        raise ValueError(f"expected one assignment for an LMS, where an empty cell would erase a grade, got {', '.join(found)}. "
                         "Name one with --assignment.")
    graded = [(name, *one) for name, entries in found.items() for one in sorted(entries.items())]
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(ROWS[format](graded))
    encoding = "utf-8-sig" if format == "csv" else "utf-8"  # by this mark a spreadsheet recognises UTF-8
    write_file(target, out.getvalue().encode(encoding))
    return len(graded), sum(bool(result["pending"]) for *_, result in graded)


def _plain(graded: Graded) -> Iterator[list[Any]]:
    yield ["student", "assignment", "score", "max", "pending", "status"]
    for name, student, result in graded:
        yield [student, name, _score(result), result["max"], " ".join(result["pending"]), result["status"]]


def _canvas(graded: Graded) -> Iterator[list[Any]]:
    """Canvas looks for the number of the user first, then for the login, then for the name (gradebook_importer.rb)."""
    yield ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", graded[0][0]]
    yield ["    Points Possible", "", "", "", "", max(result["max"] for *_, result in graded)]
    for _, student, result in graded:
        yield [student, *([student, "", ""] if _number(student) else ["", "", student]), "", _score(result)]


def _moodle(graded: Graded) -> Iterator[list[Any]]:
    """Moodle skips, without a word, who has no number and whom it saw graded later (assign/feedback/offline)."""
    if others := [student for _, student, _ in graded if not _number(student)]:
        raise ValueError(f"expected Moodle's numbers of participants, got {others[:5]}. Collect from Moodle's download, "
                         "or use --format moodle-users.")
    yield MOODLE
    now = f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC"
    for _, student, result in graded:
        yield [f"Participant {student}", "", "", "", _score(result), result["max"], "Yes", "-", now]


def _moodle_users(graded: Graded) -> Iterator[list[Any]]:
    yield ["username", graded[0][0]]
    yield from ([student, _score(result)] for _, student, result in graded)


def _gradescope(graded: Graded) -> Iterator[list[Any]]:
    yield ["SID", "Email", "Total Score", "Max Points"]
    for _, student, result in graded:
        yield [*(["", student] if "@" in student else [student, ""]), _score(result), result["max"]]


def _number(student: str) -> bool:
    return student.isascii() and student.isdecimal()


def _score(result: dict[str, Any]) -> str:
    return f"{result['score']:g}"


ROWS = {"csv": _plain, "canvas": _canvas, "moodle": _moodle, "moodle-users": _moodle_users, "gradescope": _gradescope}
