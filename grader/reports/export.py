"""Grades as CSV, plain or as Canvas and Moodle read them."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nnlib._common.files import write_whole

from ..batch import read_results

FORMATS = ("csv", "canvas", "moodle")
Found = dict[str, dict[str, dict[str, Any]]]  # the result of each student, by assignment


def write_grades(results: Path, format: str, target: Path, manual: Path | None = None) -> tuple[int, int]:
    """Write all grades to one file; how many, and how many of them lack points for a part in words.

    `manual` is a CSV with student,assignment,part,points.
    """
    found = read_results(results)
    if manual:
        _add(manual, found)
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(_long(found) if format == "csv" else _wide(found, format))
    text = out.getvalue().encode("utf-8-sig" if format == "csv" else "utf-8")  # spreadsheets want the mark
    write_whole(target, lambda file: file.write(text))
    graded = [result for entries in found.values() for result in entries.values()]
    return len(graded), sum(bool(result["pending"]) for result in graded)


def _long(found: Found) -> Iterator[list[Any]]:
    """A row a student and assignment."""
    yield ["student", "assignment", "score", "max", "pending", "status"]
    for name, entries in found.items():
        for student, result in entries.items():
            score, pending = f"{result['score']:g}", " ".join(result["pending"])
            yield [student, name, score, result["max"], pending, result["status"]]


def _wide(found: Found, format: str) -> Iterator[list[Any]]:
    """A row a student, a column an assignment."""
    if format == "canvas":
        yield ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", *found]
        best = [max(result["max"] for result in entries.values()) for entries in found.values()]
        yield ["    Points Possible", "", "", "", "", *best]
    else:
        yield ["username", *found]
    for student in sorted(set().union(*found.values())):
        who = [student, "", "", student, ""] if format == "canvas" else [student]
        results = [entries.get(student) for entries in found.values()]
        yield [*who, *(f"{result['score']:g}" if result else "" for result in results)]


def _add(path: Path, found: Found) -> None:
    """Add the points given by hand, each for a part that is pending and no more than it is worth."""
    with open(path, encoding="utf-8-sig", newline="") as file:
        for number, row in enumerate(csv.DictReader(file), 2):
            try:
                result, given = found[row["assignment"]][row["student"]], float(row["points"])
                most = result["pending"].pop(row["part"])
            except (KeyError, TypeError, ValueError):
                raise ValueError(
                    f"expected student,assignment,part,points of a pending part in {path}, "
                    f"got line {number}: {dict(row)}. Correct that line."
                ) from None
            if not 0 <= given <= most:
                raise ValueError(
                    f"expected 0 to {most} points in {path}, line {number}, got {given:g}. Correct that line."
                )
            result["score"] += given
