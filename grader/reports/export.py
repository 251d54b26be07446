"""Grades as CSV, plain or as an LMS imports them; the rules of the importers are named where they decide."""

import csv
import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ..batch import Results
from ..output import write_file


def write_grades(results: Results, format: str, target: Path) -> tuple[int, int, list[str]]:
    """Write all grades to one file; return how many there are and lack points for a part in words, and who has none."""
    if format != "csv" and len(results) > 1:
        raise ValueError("expected one assignment for an LMS, where an empty cell would erase a grade, "
                         f"got {', '.join(results)}. Name one with --assignment.")
    graded = [one for by_student in results.values() for one in sorted(by_student.items())]
    # Moodle skips, without a word, who has no number (assign/feedback/offline).
    if format == "moodle" and (others := [student for student, _ in graded if not _number(student)]):
        raise ValueError(f"expected Moodle's numbers of participants, got {others[:5]}. "
                         "Collect from Moodle's download, or use --format moodle-users.")
    refused = [one for one in graded if one[1]["status"] == "refused"]
    rows = [_row(format, *one) for one in graded if format == "csv" or one not in refused]  # as above
    out = io.StringIO()
    table = csv.DictWriter(out, _row(format, *graded[0]), lineterminator="\n")
    table.writeheader()
    if format == "canvas":
        most = max(result["max"] for _, result in graded)
        table.writerow({"Student": "    Points Possible", graded[0][1]["assignment"]: most})
    table.writerows(rows)
    encoding = "utf-8-sig" if format == "csv" else "utf-8"  # by this mark a spreadsheet recognises UTF-8
    write_file(target, out.getvalue().encode(encoding))
    return len(graded) - len(refused), sum(bool(result["pending"]) for _, result in graded), [
        f"{student}, {result['assignment']}: {result['notes'][0]}" for student, result in refused]


def _row(format: str, student: str, result: dict[str, Any]) -> dict[str, Any]:
    """One grade, by the columns of a format."""
    name, most = result["assignment"], result["max"]
    score = "" if result["status"] == "refused" else f"{result['score']:g}"
    match format:
        case "csv":
            return {"student": student, "assignment": name, "score": score, "max": most,
                    "pending": " ".join(result["pending"]), "status": result["status"]}
        case "canvas":  # it looks for the user's number first, then the login, then the name (gradebook_importer.rb)
            id, login = (student, "") if _number(student) else ("", student)
            return {"Student": student, "ID": id, "SIS User ID": "", "SIS Login ID": login, "Section": "", name: score}
        case "moodle":  # an empty cell for feedback would erase it; who was graded later is skipped without a word
            now = f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC"
            return {"Identifier": f"Participant {student}", "Full name": "", "Email address": "", "Status": "",
                    "Grade": score, "Maximum Grade": most, "Grade can be changed": "Yes",
                    "Last modified (submission)": "-", "Last modified (grade)": now}
        case "moodle-users":
            return {"username": student, name: score}
        case _:  # Gradescope
            number, address = ("", student) if "@" in student else (student, "")
            return {"SID": number, "Email": address, "Total Score": score, "Max Points": most}


def _number(student: str) -> bool:
    return student.isascii() and student.isdecimal()
