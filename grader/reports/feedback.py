"""Feedback pages in two languages, one per student: why tests failed, and points given by hand, but no input of a test.

A page shows what the student's own cells printed or raised before any input was known. Other pages are for markers.
"""

import json
import re
from base64 import b64decode, b64encode
from collections import defaultdict
from contextlib import suppress
from pathlib import Path
from typing import Any

import yaml
from jinja2 import Environment, FileSystemLoader

from nnlib._common.pair import Pair

from .. import assignments
from ..batch import CLAIMS, Results
from ..collect import origins
from ..output import read_sealed, write_file
from ..submission import answer

TEMPLATES = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True, trim_blocks=True)
TEMPLATES.globals["pair"] = Pair.of
RUBRIC = Path(__file__).parents[2] / "assignments" / "rubric.yml"
MAX_PICTURE = 2 << 20  # bytes
RASTER = re.compile(rb"(?P<png>\x89PNG\r\n)|(?P<jpeg>\xff\xd8\xff)|(?P<gif>GIF8)|(?P<webp>RIFF.{4}WEBP)", re.DOTALL)
INLINE = re.compile(r"data:image/[^,\s]*,([\w+/=%]*(?:\s[\w+/=]{40,})*)", re.ASCII)  # may be broken into lines
PICTURE = re.compile(r"!\[|<(?:img|svg|image|object|embed|iframe|video)\b", re.IGNORECASE)  # in Markdown


def write_pages(results: Results, folder: Path, target: Path, zipped: bool) -> list[str]:
    """Write ``target/assignment/student.html`` for every result in `folder`; return who is left out.

    In ``target/assignment.zip`` instead, pages are called as Moodle or Canvas called the work, because by these names
    Moodle (assign/feedback/file/importziplib.php) and Canvas (infer_comment_context_from_filename) know the student.
    """
    noted, zips, left_out = {name: origins(folder, name) for name in results}, defaultdict(dict), []
    for name, student, result in ((name, *one) for name, marked in results.items() for one in marked.items()):
        match zipped and noted[name].get(student):
            case False:
                write_file(target / name / f"{student}.html", page(student, result).encode())
            case {"lms": "Moodle" | "Canvas" | "Canvas, anonymous", "top": top}:
                file = Path(top).with_suffix("") if top.lower().endswith((".ipynb", ".zip")) else Path(top, name)
                zips[name][f"{file}.html"] = page(student, result)
            case _:
                left_out.append(f"{student}, {name}")
    for name, pages in zips.items():
        from questions.export import package  # imports matplotlib

        write_file(target / f"{name}.zip", package(pages))
    return left_out


def page(student: str, result: dict[str, Any]) -> str:
    """One student's page."""
    return TEMPLATES.get_template("feedback.html").render(result, student=student)


def rubric(part: str, variants: dict[str, int] | None = None, **page: object) -> str:
    """How a part is marked, for the marker alone, as HTML; with `answers`, as a page that shows them beside it."""
    how = yaml.safe_load(RUBRIC.read_text("utf-8"))[part]
    words, text, id = how.pop("variants"), json.dumps(how, ensure_ascii=False), part.removesuffix("-answer")
    how = json.loads(assignments.varied(text, words, id, (variants or {}).get(id, 0)))
    return TEMPLATES.get_template("rubric.html").render(part=part, **how, **page)


def write_sheets(results: Results, folder: Path, target: Path) -> int:
    """Write such a page for each part in words that waits for points; return how many. `folder` holds the results."""
    from questions.export import mathml, templates

    submitted, html = read_sealed(folder / CLAIMS), templates("both", mathml).filters["html"]
    parts = {(name, part) for name, marked in results.items() for one in marked.values() for part in one["pending"]}
    for name, part in parts:
        variants = next(iter(results[name].values())).get("variants", {})
        given = {cell["id"]: "".join(cell["source"]) for cell in assignments.read(name, variants)["cells"]}
        title, *asked = (given[part.removesuffix("answer") + end] for end in ("title", "question-zh", "question-en"))
        foreign = {student for student, one in results[name].items() if one.get("status") == "other variants"}
        answers = {student: _shown(Path(submitted[name], student, name), part)
                   for student, result in results[name].items() if part in result["pending"]}
        write_file(target / f"{part}.html", rubric(part, variants, assignment=name, answers=answers, foreign=foreign,
                                                   title=title.lstrip("# "), question=html(" | ".join(asked))).encode())
    return len(parts)


def _shown(folder: Path, part: str) -> tuple[str, list[str], str]:
    """An answer's text, its pictures as ``data:`` addresses, and the notebook's folder if there are more in it."""
    texts, pictures, elsewhere = [], [], ""
    for text, own in answer(folder, part):
        found = [*own, *INLINE.findall(text)]
        shown = [*filter(None, map(_address, found))]
        if len(shown) < max(len(found), len(PICTURE.findall(text))):
            elsewhere = str(folder)
        texts.append(INLINE.sub("data:…", text))
        pictures += shown
    return "\n".join(texts), pictures, elsewhere


def _address(encoded: object) -> str:
    """A ``data:`` address of what begins as a picture of pixels does, and is not too large; otherwise ``""``."""
    with suppress(TypeError, ValueError):
        data = b64decode("".join(encoded))  # a text, or its lines
        if len(data) <= MAX_PICTURE and (kind := RASTER.match(data)):
            return f"data:image/{kind.lastgroup};base64,{b64encode(data).decode()}"
    return ""
