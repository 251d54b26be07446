"""Grades as CSV, plain or as an LMS imports them; the rules of the importers are named where they decide."""

import csv
import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ..batch import Results
from ..collect import origins
from ..output import write_file

LMS = {"canvas": "Canvas", "moodle": "Moodle"}  # whose own numbers of students these formats hold


def write_grades(results: Results, folder: Path, format: str, target: Path) -> tuple[int, int, list[str], list[str]]:
    """Write all grades to one file; `folder` holds the results.

    Return how many there are, how many lack points for a part in words, what to check, and who has no grade.
    """
    if format != "csv" and len(results) > 1:
        raise ValueError("expected one assignment for an LMS, where an empty cell would erase a grade, "
                         f"got {', '.join(results)}. Name one with --assignment.")
    graded = [one for by_student in results.values() for one in sorted(by_student.items())]
    noted = {} if format == "csv" else origins(folder, *results)
    lms = {student: noted.get(student, {}).get("lms", "") for student, _ in graded}
    own, by_hand = LMS.get(format, ""), [student for student in lms if _number(student) and not lms[student]]
    # Moodle skips, without a word, who has no number (assign/feedback/offline).
    if format == "moodle" and (others := [one for one in lms if not _number(one) or own not in lms.values()]):
        raise ValueError(f"expected Moodle's numbers of participants, got {others[:5]}. "
                         "Collect from Moodle's download, or use --format moodle-users.")
    if format != "csv" and (others := [one for one in lms if lms[one] not in ("", "Blackboard", own)]):
        known = next((name for name in LMS if LMS[name] == lms[others[0]]), "csv")
        raise ValueError(f"expected user names, student numbers or addresses for --format {format}, got {others[:5]}, "
                         f"which only {lms[others[0]]} knows. Use --format {known}, or collect from folders called so.")
    checks = [f"not from {own}'s download, so written as {'participants' if own == 'Moodle' else 'SIS User ID'}: "
              f"{', '.join(by_hand[:5])} ({len(by_hand)} in all). If {own} gave these numbers, call the files as it "
              "does, and collect them again"] if own and by_hand else []
    if foreign := [student for student, one in graded if one["status"] == "other variants"]:
        checks.append(f"handed in the exercises of another section: {', '.join(foreign[:5])} ({len(foreign)} in all). "
                      "If that is their section, grade them with its seed")
    refused = [one for one in graded if one[1]["status"] == "refused"]
    rows = [_row(format, lms, *one) for one in graded if format == "csv" or one not in refused]  # as above
    out = io.StringIO()
    table = csv.DictWriter(out, _row(format, lms, *graded[0]), lineterminator="\n")
    table.writeheader()
    if format == "canvas":
        most = max(result["max"] for _, result in graded)
        table.writerow({"Student": "    Points Possible", graded[0][1]["assignment"]: most})
    table.writerows(rows)
    encoding = "utf-8-sig" if format == "csv" else "utf-8"  # by this mark a spreadsheet recognises UTF-8
    write_file(target, out.getvalue().encode(encoding))
    return len(graded) - len(refused), sum(bool(result["pending"]) for _, result in graded), checks, [
        f"{student}, {result['assignment']}: {result['notes'][0]}" for student, result in refused]


def _row(format: str, lms: dict[str, str], student: str, result: dict[str, Any]) -> dict[str, Any]:
    """One grade, by the columns of a format; `lms` says who numbered a student."""
    name, most = result["assignment"], result["max"]
    score = "" if result["status"] == "refused" else f"{result['score']:g}"
    match format:
        case "csv":
            return {"student": student, "assignment": name, "score": score, "max": most,
                    "pending": " ".join(result["pending"]), "status": result["status"]}
        case "canvas":  # it looks for the user's number first, then the login, then the name (gradebook_importer.rb)
            column = "ID" if lms[student] == "Canvas" else "SIS User ID" if _number(student) else "SIS Login ID"
            return {"Student": student, "ID": "", "SIS User ID": "", "SIS Login ID": "", "Section": "", name: score,
                    column: student}
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
