"""Feedback pages in two languages, one per student: why tests failed, and points given by hand, but no input of a test.

A page shows what the student's own cells printed or raised before any input was known. Other pages are for markers.
"""

from pathlib import Path
from typing import Any

import yaml
from jinja2 import Environment, FileSystemLoader

from nnlib._common.pair import Pair

from ..batch import CLAIMS, Results
from ..output import read_sealed, write_file
from ..submission import answer

TEMPLATES = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True, trim_blocks=True)
TEMPLATES.globals["pair"] = Pair.of
RUBRIC = Path(__file__).parents[2] / "assignments" / "rubric.yml"


def write_pages(results: Results, target: Path) -> None:
    """Write ``target/assignment/student.html`` for every result."""
    for name, by_student in results.items():
        for student, result in by_student.items():
            write_file(target / name / f"{student}.html", page(student, result).encode())


def page(student: str, result: dict[str, Any]) -> str:
    """One student's page."""
    return TEMPLATES.get_template("feedback.html").render(result, student=student)


def rubric(part: str, **page: object) -> str:
    """How a part is marked, for the marker alone, as HTML; with `answers`, as a page that shows them beside it."""
    how = yaml.safe_load(RUBRIC.read_text("utf-8"))[part]
    return TEMPLATES.get_template("rubric.html").render(part=part, **how, **page)


def write_sheets(results: Results, folder: Path, target: Path) -> int:
    """Write such a page for each part in words that waits for points; return how many. `folder` holds the results."""
    submitted = read_sealed(folder / CLAIMS)
    parts = {(name, part) for name, marked in results.items() for one in marked.values() for part in one["pending"]}
    for name, part in parts:
        answers = {student: answer(Path(submitted[name], student, name), part)
                   for student, result in results[name].items() if part in result["pending"]}
        write_file(target / f"{part}.html", rubric(part, assignment=name, answers=answers).encode())
    return len(parts)
