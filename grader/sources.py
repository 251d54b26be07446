"""The notebooks in ``assignments/source``: made from the exercises page, ``opening.md`` and ``solutions.py``."""

import json
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from nnlib.exercises.selfcheck import EXERCISES

from .assignments import BEGIN, END, ROOT, source
from .output import write_file

PAGE = ROOT / "chapters" / "exercises.ipynb"
SOLUTIONS, OPENING = ROOT / "assignments" / "solutions.py", ROOT / "assignments" / "opening.md"
MANUAL_POINTS = 3
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
# How the book marks up its text.
TITLE = re.compile(r"^(?:##|```\{exercise-start\}) (.+)$", re.MULTILINE)
ROLE = re.compile(r"\{\w+\}`([^`<]+?)(?: *<[^`]*>)?`")
HINT = re.compile(r":::\{admonition\} ([^\n]+)\n:class: dropdown tip\n(.*?)\n:::", re.DOTALL)
FUNCTION = re.compile(r"^(( *)def .+\n)((?:\2    .+\n|\n+(?=\2    ))+)", re.MULTILINE)  # its head, and its body


def title(cell: str) -> str:
    """The title in a cell of the page that opens a chapter or an exercise."""
    return TITLE.search(cell)[1]


def folded(title: str, text: str) -> str:
    """Underlined, because MyST's style sheet on Binder hides the triangle that asks for a click."""
    return f"<details><summary><u>{title}</u></summary>\n\n{text}\n\n</details>"


def plain(cell: str) -> str:
    """A cell as a notebook shows it without the book: roles become their words, a hint is folded."""
    text = HINT.sub(lambda hint: folded(*hint.groups()), cell)
    return ROLE.sub(lambda role: f"`{role[1]}`" if role[1].startswith("ex-") else role[1], text)


def write_all() -> Iterator[Path]:
    """Make the notebooks in ``assignments/source`` anew."""
    for chapter, notebook in notebooks_by_chapter().items():
        nbformat.validate(notebook)
        write_file(source(chapter), (nbformat.writes(notebook) + "\n").encode())
        yield source(chapter)


def notebooks_by_chapter() -> dict[str, nbformat.NotebookNode]:
    """The notebooks with solutions: every exercise that has a solution in ``solutions.py`` is assigned."""
    exercises_page = nbformat.read(PAGE, as_version=4)
    page = {cell.id: cell.source for cell in exercises_page.cells}
    words = {cell.id: cell.metadata.get("variants", {}) for cell in exercises_page.cells}
    opening, notebooks = OPENING.read_text("utf-8").rstrip(), {}
    # Each function's body stands between solution markers.
    marked = FUNCTION.sub(rf"\1\2    {BEGIN}\n\3\2    {END}\n", SOLUTIONS.read_text("utf-8"))
    solutions = {re.search(r"\w+ (\w+)", part)[1]: part.rstrip() for part in marked.split("\n\n\n")[1:]}
    for exercise in (one for one in EXERCISES.values() if one.name in solutions):
        if (chapter := exercise.chapter) not in notebooks:
            start = text_cell("title", opening.format(title=title(page[f"exercises-{chapter}-heading"])))
            imports = code_cell("imports", "import numpy as np\n\nimport nnlib as nn", locked=True)
            notebooks[chapter] = new_notebook(cells=[start, imports], metadata={"kernelspec": KERNEL})
        id, check, cells = exercise.id, f"{exercise.id}-check", notebooks[chapter].cells
        mine = {f"{name} = {json.dumps(one)}": f"{name} = {{{name}!r}}" for name, one in exercise.variants[0].items()}
        mine[f"{exercise.name})"] = f"{exercise.name}, variant={{variant}})"
        cells += [text_cell(f"{id}-title", f"## {title(page[f'{id}-opener'])}"),
                  *(text_cell(part, plain(page[part]), words[part]) for part in (f"{id}-zh", f"{id}-en")),
                  code_cell(id, solutions[exercise.name], words[f"{id}-stub"] | mine, solution=True),
                  code_cell(check, page[check], mine, grade=True, locked=True, points=len(exercise.tests))]
        if questions := [part for part in (f"{id}-question-zh", f"{id}-question-en") if part in page]:
            by_hand = {"grade": True, "solution": True, "locked": False, "points": MANUAL_POINTS}
            cells += [text_cell(part, plain(page[part]), words[part]) for part in questions]
            cells.append(text_cell(f"{id}-answer", "（写在这里 | write here）", **by_hand))
    return notebooks


def _cell(kind, id, text, words=None, **marks):
    """A cell with the metadata by which nbgrader knows it, and the words in which variants differ."""
    usual = {"grade": False, "solution": False, "locked": False, "task": False, "schema_version": 3}
    more = {"variants": words} if words else {}
    return kind(text, id=id, metadata={"nbgrader": {**usual, "grade_id": id, **marks}, **more})


text_cell, code_cell = partial(_cell, new_markdown_cell, locked=True), partial(_cell, new_code_cell)
