"""Grades as CSV, plain or as Canvas and Moodle read them."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..batch import read_results
from ..output import write_file

FORMATS = ("csv", "canvas", "moodle")
Results = dict[str, dict[str, dict[str, Any]]]  # the result of each student, by assignment


def write_grades(results: Path, format: str, target: Path, manual: Path | None = None) -> tuple[int, int]:
    """Write all grades to one file; return how many there are, and how many lack points for a part in words.

    `manual` is a CSV with student,assignment,part,points.
    """
    found = read_results(results)
    if manual:
        add_points(found, manual)
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(_long(found) if format == "csv" else _wide(found, format))
    encoding = "utf-8-sig" if format == "csv" else "utf-8"  # by this mark a spreadsheet recognises UTF-8
    write_file(target, out.getvalue().encode(encoding))
    graded = [result for entries in found.values() for result in entries.values()]
    return len(graded), sum(bool(result["pending"]) for result in graded)


def _long(found: Results) -> Iterator[list[Any]]:
    """A row per student and assignment."""
    yield ["student", "assignment", "score", "max", "pending", "status"]
    for name, entries in found.items():
        for student, result in entries.items():
            score, pending = f"{result['score']:g}", " ".join(result["pending"])
            yield [student, name, score, result["max"], pending, result["status"]]


def _wide(found: Results, format: str) -> Iterator[list[Any]]:
    """A row per student, a column per assignment."""
    if format == "canvas":
        yield ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", *found]
        most = [max(result["max"] for result in entries.values()) for entries in found.values()]
        yield ["    Points Possible", "", "", "", "", *most]
    else:
        yield ["username", *found]
    for student in sorted(set().union(*found.values())):
        names = [student, "", "", student, ""] if format == "canvas" else [student]
        results = [entries.get(student) for entries in found.values()]
        yield [*names, *(f"{result['score']:g}" if result else "" for result in results)]


def add_points(found: Results, path: Path) -> None:
    """Add the points given by hand: each is for a pending part, and at most what that part is worth."""
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
            result.setdefault("by_hand", {})[row["part"]] = (given, most)
