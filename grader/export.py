"""Grades as CSV, plain or as Canvas and Moodle read them."""

import csv
import io
from pathlib import Path
from typing import Any

from nnlib.files import write_whole

from .campaign import read_results

FORMATS = ("csv", "canvas", "moodle")


def write_grades(results: Path, format: str, target: Path, manual: Path | None = None) -> tuple[int, int]:
    """Write all grades to one file; how many, and how many of them lack points for a part in words.

    `manual` is a CSV with student,assignment,part,points.
    """
    found = read_results(results)
    points = _manual(manual, found) if manual else {}
    rows = [
        (
            student,
            name,
            result,
            f"{result['score'] + sum(points.get((student, name, part), 0) for part in result['pending']):g}",
            [part for part in result["pending"] if (student, name, part) not in points],
        )
        for name, entries in found.items()
        for student, result in entries.items()
    ]
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    if format == "csv":
        table.writerow(["student", "assignment", "score", "max", "pending", "status"])
        table.writerows(
            [student, name, score, result["max"], " ".join(pending), result["status"]]
            for student, name, result, score, pending in rows
        )
    else:
        best = {
            name: max(result["max"] for result in entries.values())
            for name, entries in found.items()
            if entries
        }
        scores = {(student, name): score for student, name, _, score, _ in rows}
        who = sorted({student for student, *_ in rows})
        if format == "canvas":
            table.writerow(["Student", "ID", "SIS User ID", "SIS Login ID", "Section", *best])
            table.writerow(["    Points Possible", "", "", "", "", *best.values()])
            lead = [[student, "", "", student, ""] for student in who]
        else:
            table.writerow(["username", *best])
            lead = [[student] for student in who]
        table.writerows(
            [*start, *(scores.get((student, name), "") for name in best)]
            for start, student in zip(lead, who, strict=True)
        )
    write_whole(
        target, lambda file: file.write(out.getvalue().encode("utf-8-sig" if format == "csv" else "utf-8"))
    )
    return len(rows), sum(bool(pending) for *_, pending in rows)


def _manual(path: Path, found: dict[str, dict[str, dict[str, Any]]]) -> dict[tuple[str, str, str], float]:
    """Points given by hand, each for a part that is pending and no more than it is worth."""
    points = {}
    with open(path, encoding="utf-8-sig", newline="") as file:
        for number, row in enumerate(csv.DictReader(file), 2):
            try:
                student, name, part, given = (
                    row["student"],
                    row["assignment"],
                    row["part"],
                    float(row["points"]),
                )
                most = found[name][student]["pending"][part]
            except (KeyError, TypeError, ValueError):
                raise ValueError(
                    f"expected student,assignment,part,points of a pending part in {path}, "
                    f"got line {number}: {dict(row)}. Correct that line."
                ) from None
            if not 0 <= given <= most:
                raise ValueError(
                    f"expected 0 to {most} points in {path}, line {number}, got {given:g}. Correct that line."
                )
            points[student, name, part] = given
    return points
