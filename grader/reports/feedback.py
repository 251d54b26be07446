"""Feedback pages in two languages, one per student: why tests failed, and points given by hand, but no input of a test.

A page shows what the student's own cells printed or raised before any input was known. Other pages are for markers.
"""

from html import escape
from pathlib import Path
from typing import Any

import yaml
from jinja2 import Template

from nnlib._common.pair import Pair

from ..batch import CLAIMS, Results
from ..output import read_sealed, write_file
from ..submission import answer

STYLE = """body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;color:#222}
h1{font-size:1.5rem}h2{font-size:1.15rem;margin-top:1.8rem}li{margin:.3rem 0}
.ok::marker{content:"✓ "}.no::marker{content:"✗ "}
.why{display:block;color:#6b3a00}pre{background:#f4f4f4;padding:.6rem;white-space:pre-wrap;overflow-wrap:anywhere}"""


def write_pages(results: Results, target: Path) -> None:
    """Write ``target/assignment/student.html`` for every result."""
    for name, by_student in results.items():
        for student, result in by_student.items():
            write_file(target / name / f"{student}.html", page(student, result).encode())


def page(student: str, result: dict[str, Any]) -> str:
    """One student's page."""
    score, most = f"{result['score']:g}", result["max"]
    lines = [f"<p>得分 {score} / {most} · <span lang='en'>score {score} of {most}</span></p>"]
    if result["status"] == "refused":
        lines.append(f"<p><strong>{both('没有批改 | not marked')}:</strong> {both(result['notes'][0])}</p>")
    for id, entry in result["exercises"].items():
        lines.append(f"<h2>{escape(id)}: {entry['points']} / {entry['max']}</h2><ul>")
        for title, cause in entry["tests"].items():
            why = f"<span class='why'>{both(cause)}</span>" if cause else ""
            lines.append(f"<li class='{'no' if cause else 'ok'}'>{both(title)}{why}</li>")
        lines.append("</ul>")
    for id, (points, most) in result.get("by_hand", {}).items():
        lines.append(f"<h2>{escape(id)}: {points:g} / {most}</h2><p>{both('由老师批阅 | marked by hand')}</p>")
    for id, most in result["pending"].items():
        lines.append(f"<h2>{escape(id)}: — / {most}</h2><p>{both('等待老师批阅 | to be marked by hand')}</p>")
    if result["notes"] and result["status"] != "refused":
        lines.append(f"<h2>{both('附注 | Notes')}</h2>")
        for note in result["notes"]:
            title, _, printed = note.partition("\n")
            lines.append(f"<p>{both(title)}</p>" + (f"<pre>{both(printed)}</pre>" if printed else ""))
    title = f"{escape(result['assignment'])} · {escape(student)}"
    head = f"<meta charset='utf-8'><title>{title}</title><style>{STYLE}</style>"
    return "\n".join([f"<!doctype html>\n<html lang='zh-CN'>{head}<h1>{title}</h1>", *lines]) + "</html>\n"


def rubric(part: str, **page: object) -> str:
    """How a part is marked, for the marker alone, as HTML; with `answers`, as a page that shows them beside it."""
    how = yaml.safe_load((Path(__file__).parents[2] / "assignments" / "rubric.yml").read_text("utf-8"))[part]
    template = Template(Path(__file__).with_name("rubric.html").read_text("utf-8"), autoescape=True)
    return template.render(part=part, both=both, **how, **page)


def write_sheets(results: Results, folder: Path, target: Path) -> None:
    """Write such a page for each part in words that waits for points; `folder` holds the results."""
    for name, by_student in results.items():
        for part in {part for result in by_student.values() for part in result["pending"]}:
            answers = {student: answer(Path(read_sealed(folder / CLAIMS)[name], student, name), part)
                       for student, result in by_student.items() if part in result["pending"]}
            write_file(target / f"{part}.html", rubric(part, assignment=name, answers=answers).encode())


def both(text: str) -> str:
    """``中文 | English`` as HTML in which each half carries its language."""
    zh, en = Pair.of(escape(text))
    return zh if zh == en else f"{zh} · <span lang='en'>{en}</span>"
