"""The notebooks in ``assignments/source``: made from the exercises page and ``assignments/solutions.py``."""

import ast
import re
from functools import partial
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from nnlib.exercises.judging import Exercise
from nnlib.exercises.selfcheck import EXERCISES

from .assignments import BEGIN, END, ROOT, source
from .output import write_file

PAGE, SOLUTIONS = ROOT / "chapters" / "exercises.ipynb", ROOT / "assignments" / "solutions.py"
MANUAL_POINTS = 3
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
START = """# {title}

每题先写函数，再运行它下面的自检。只用 NumPy；不要改动题目、自检和单元格的次序。
自检用的是公开的数，批改时的输入另外抽取。

Write each function, then run the self-check below it. NumPy is all you may use; leave statements,
self-checks and the order of the cells alone. The self-check uses public numbers; for marking, other inputs
are drawn."""


class Page:
    """The exercises page, its cells by id; all that knows how the book marks up its text is here."""

    TITLE = re.compile(r"^(?:##|```\{exercise-start\}) (.+)$", re.MULTILINE)
    ROLE = re.compile(r"\{\w+\}`([^`<]+?)(?: *<[^`]*>)?`")
    HINT = re.compile(r":::\{admonition\} (\S+)\n:class: dropdown tip\n(.*?)\n:::", re.DOTALL)

    def __init__(self, cells: dict[str, str]) -> None:
        self.cells = cells

    def __contains__(self, id: str) -> bool:
        return id in self.cells

    def title(self, id: str) -> str:
        """The title in a cell that opens a chapter or an exercise."""
        return self.TITLE.search(self.cells[id])[1]

    def text(self, id: str) -> str:
        """A cell as a notebook shows it without the book: roles become their words, a hint is folded."""
        text = self.HINT.sub(r"<details><summary>\1</summary>\n\n\2\n\n</details>", self.cells[id])
        return self.ROLE.sub(lambda role: f"`{role[1]}`" if role[1].startswith("ex-") else role[1], text)


def write_all() -> list[Path]:
    """Make the notebooks in ``assignments/source`` anew."""
    paths = []
    for chapter, notebook in notebooks_by_chapter().items():
        nbformat.validate(notebook)
        paths.append(source(chapter))
        write_file(paths[-1], (nbformat.writes(notebook) + "\n").encode())
    return paths


def notebooks_by_chapter() -> dict[str, nbformat.NotebookNode]:
    """The notebooks with solutions: every exercise that has a solution in ``solutions.py`` is assigned."""
    page = Page({cell.id: cell.source for cell in nbformat.read(PAGE, as_version=4).cells})
    solutions = _solutions()
    notebooks = {}
    for chapter in dict.fromkeys(exercise.chapter for exercise in EXERCISES.values()):
        cells = [
            _text("title", START.format(title=page.title(f"exercises-{chapter}-heading"))),
            _code("imports", "import numpy as np\n\nimport nnlib as nn", locked=True),
        ]
        for exercise in EXERCISES.values():
            if exercise.chapter == chapter and exercise.name in solutions:
                cells += _cells(exercise, page, solutions[exercise.name])
        notebooks[chapter] = new_notebook(cells=cells, metadata={"kernelspec": KERNEL})
    return notebooks


def _cells(exercise: Exercise, page: Page, solution: str) -> list[nbformat.NotebookNode]:
    """The cells of one exercise: statement, answer, self-check, and the question in words if it has one."""
    id = exercise.id
    cells = [
        _text(f"{id}-title", f"## {page.title(f'{id}-opener')}"),
        *(_text(part, page.text(part)) for part in (f"{id}-zh", f"{id}-en")),
        _code(id, solution, solution=True),
        _code(f"{id}-check", page.text(f"{id}-check"), grade=True, locked=True, points=len(exercise.tests)),
    ]
    if f"{id}-question-zh" in page:
        cells += [_text(part, page.text(part)) for part in (f"{id}-question-zh", f"{id}-question-en")]
        by_hand = {"grade": True, "solution": True, "locked": False, "points": MANUAL_POINTS}
        cells.append(_text(f"{id}-answer", "（写在这里 | write here）", **by_hand))
    return cells


def _solutions() -> dict[str, str]:
    """The solutions by name, each function's body between solution markers."""
    text = SOLUTIONS.read_text("utf-8")
    lines = text.splitlines()
    found = {}
    for top in ast.parse(text).body:
        if isinstance(top, ast.FunctionDef | ast.ClassDef):
            chunk = lines[top.lineno - 1 : top.end_lineno]
            functions = [top] if isinstance(top, ast.FunctionDef) else top.body
            for function in reversed(functions):
                first, last = function.body[0].lineno - top.lineno, function.end_lineno - top.lineno
                indent = " " * function.body[0].col_offset
                chunk[first : last + 1] = [indent + BEGIN, *chunk[first : last + 1], indent + END]
            found[top.name] = "\n".join(chunk)
    return found


def _cell(kind, id, text, **marks):
    """A cell with the metadata by which nbgrader knows it."""
    usual = {"grade": False, "solution": False, "locked": False, "task": False, "schema_version": 3}
    return kind(text, id=id, metadata={"nbgrader": {**usual, "grade_id": id, **marks}})


_text, _code = partial(_cell, new_markdown_cell, locked=True), partial(_cell, new_code_cell)
