"""The rubric for answers in words: for the one who marks, beside the answers, and never for students."""

import csv
import io
from hashlib import sha256
from itertools import groupby
from operator import itemgetter
from pathlib import Path

import yaml
from jinja2 import Environment, FileSystemLoader

from ..assignments import SOURCE
from ..batch import Results
from ..output import write_file
from ..submission import answers
from .feedback import both
from .manual import COLUMNS

TEMPLATES = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True)


def rubric(part: str, template: str = "rubric.html", **more: object) -> str:
    """How a part is marked, as HTML; a page around it takes more."""
    how = yaml.safe_load(SOURCE.with_name("rubric.yml").read_text("utf-8"))[part]
    return TEMPLATES.get_template(template).render(part=part, both=both, **how, **more)


def write_sheets(results: Results, folders: dict[str, str], target: Path) -> int:
    """Write a page for each part with the answers that wait for points, and the table to fill; return how many wait."""
    if missing := [name for name in results if not Path(folders.get(name, "unknown")).is_dir()]:
        raise ValueError(f"expected the folder that was graded, got none for {missing}. Put it back, or grade again.")
    if (table := target / "manual.csv").exists():
        raise ValueError(f"expected a folder without a table of points, got {table}. Choose another --out.")
    rows = [(student, name, part, "") for name, by_student in results.items()
            for student, result in by_student.items() for part in result["pending"]]
    rows.sort(key=lambda row: (row[2], sha256(str(row).encode()).digest()))  # so that nobody is always marked last
    for part, waiting in groupby(rows, itemgetter(2)):
        found = [(student, answers(Path(folders[name], student, name))[part]) for student, name, *_ in waiting]
        write_file(target / f"{part}.html", rubric(part, "sheet.html", answers=found).encode())
    csv.writer(text := io.StringIO()).writerows([COLUMNS, *rows])
    write_file(table, text.getvalue().encode("utf-8-sig"))
    return len(rows)
