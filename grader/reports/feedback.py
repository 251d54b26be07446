"""Feedback pages, one per student, in two languages: which tests passed, and why each of the others failed.

A page shows no input of a test; it shows titles, likely causes, what the student's own cells printed or raised before
any input was known, and the points given by hand.
"""

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader

from nnlib._common.pair import Pair

from ..batch import Results
from ..output import write_file

TEMPLATES = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True, trim_blocks=True)
TEMPLATES.globals["pair"] = Pair.of


def write_pages(results: Results, target: Path) -> None:
    """Write ``target/assignment/student.html`` for every result."""
    for name, by_student in results.items():
        for student, result in by_student.items():
            write_file(target / name / f"{student}.html", page(student, result).encode())


def page(student: str, result: dict[str, Any]) -> str:
    """One student's page."""
    return TEMPLATES.get_template("feedback.html").render(result, student=student)
