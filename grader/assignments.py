"""Assignments, one a chapter: made from the exercises page and the solutions, released without."""

import ast
import re
import textwrap
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from nnlib._common.files import write_whole
from nnlib.exercises.judging import Exercise
from nnlib.exercises.selfcheck import EXERCISES

ROOT = Path(__file__).parents[1]
PAGE, SOLUTIONS = ROOT / "chapters" / "exercises.ipynb", ROOT / "assignments" / "solutions.py"
SOURCE = ROOT / "assignments" / "source"
MANUAL_POINTS = 3
BEGIN, END, STUB = "### BEGIN SOLUTION", "### END SOLUTION", "# YOUR CODE HERE\nraise NotImplementedError()"
SOLUTION = re.compile(rf"^([ \t]*){BEGIN}\n.*?{END}", re.DOTALL | re.MULTILINE)
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
ROLE = re.compile(r"\{\w+\}`([^`<]+?)(?: *<[^`]*>)?`")
HINT = re.compile(r":::\{admonition\} (\S+)\n:class: dropdown tip\n(.*?)\n:::", re.DOTALL)
START = """# {title}

每题先写函数，再运行它下面的自检。只用 NumPy；不要改动题目、自检和单元格的次序。
自检用的是公开的数，批改时的输入另外抽取。

Write each function, then run the self-check below it. NumPy is all you may use; leave statements,
self-checks and the order of the cells alone. The self-check uses public numbers; for marking, other inputs
are drawn."""


@dataclass(frozen=True)
class Assignment:
    """What is marked: exercises, answers in words by cell with their points; `fixed` cells are not run."""

    name: str
    exercises: tuple[str, ...]
    written: dict[str, int]
    fixed: frozenset[str]

    @property
    def points(self) -> int:
        return sum(len(EXERCISES[id].tests) for id in self.exercises) + sum(self.written.values())


def source(name: str) -> Path:
    """Where the notebook with solutions is."""
    return SOURCE / name / f"{name}.ipynb"


def names() -> list[str]:
    return sorted(path.name for path in SOURCE.iterdir() if source(path.name).is_file())


def read(name: str) -> nbformat.NotebookNode:
    """The notebook with solutions."""
    if name not in names():
        raise ValueError(f"expected an assignment ({', '.join(names())}), got {name!r}. Check the spelling.")
    return nbformat.read(source(name), as_version=4)


def load(name: str) -> Assignment:
    """The assignment as its notebook in ``assignments/source`` describes it."""
    marks = [cell.metadata.nbgrader for cell in read(name).cells]
    answers = [mark.grade_id for mark in marks if mark.solution and not mark.grade]
    written = {mark.grade_id: mark.points for mark in marks if mark.solution and mark.grade}
    return Assignment(name, tuple(answers), written, frozenset(m.grade_id for m in marks if m.locked))


def release(name: str, folder: Path) -> Path:
    """Write the notebook that students get: every solution is a stub, nothing has been run."""
    notebook = read(name)
    for cell in notebook.cells:
        cell.source = SOLUTION.sub(lambda found: textwrap.indent(STUB, found[1]), cell.source)
        if BEGIN in cell.source or END in cell.source:
            raise ValueError(
                f"expected paired solution markers in {name}, got a lone one in {cell.id}. Add its pair."
            )
    return _write(notebook, folder / name / f"{name}.ipynb")


def write_sources() -> list[Path]:
    """Make the notebooks in ``assignments/source`` anew."""
    return [_write(notebook, source(name)) for name, notebook in sources().items()]


def sources() -> dict[str, nbformat.NotebookNode]:
    """The notebooks with solutions, by chapter: whatever has a reference answer is assigned."""
    page = {cell.id: cell.source for cell in nbformat.read(PAGE, as_version=4).cells}
    answers = _solutions()
    made = {}
    for chapter in dict.fromkeys(exercise.chapter for exercise in EXERCISES.values()):
        title = re.search(r"^## (.+)$", page[f"exercises-{chapter}-heading"], re.MULTILINE)[1]
        cells = [
            _text("title", START.format(title=title)),
            _code("imports", "import numpy as np\n\nimport nnlib as nn", locked=True),
        ]
        for exercise in EXERCISES.values():
            if exercise.chapter == chapter and exercise.name in answers:
                cells += _cells(exercise, page, answers[exercise.name])
        made[chapter] = new_notebook(cells=cells, metadata={"kernelspec": KERNEL})
    return made


def _cells(exercise: Exercise, page: dict[str, str], answer: str) -> list[nbformat.NotebookNode]:
    """The cells of one exercise: statement, answer, self-check, and the question in words if it has one."""

    def texts(*ids):
        return [_text(id, _plain(page[id])) for id in ids]

    id, points = exercise.id, len(exercise.tests)
    heading = re.search(r"\{exercise-start\} (.+)$", page[f"{id}-opener"], re.MULTILINE)[1]
    cells = [
        _text(f"{id}-title", f"## {heading}"),
        *texts(f"{id}-zh", f"{id}-en"),
        _code(id, answer, solution=True),
        _code(f"{id}-check", page[f"{id}-check"], grade=True, locked=True, points=points),
    ]
    if f"{id}-question-zh" in page:
        space = new_markdown_cell("（写在这里 | write here）")
        cells += texts(f"{id}-question-zh", f"{id}-question-en")
        cells.append(_mark(space, f"{id}-answer", grade=True, solution=True, points=MANUAL_POINTS))
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


def _plain(text: str) -> str:
    """Markdown that a notebook shows without the book: roles as their words, the hint folded."""
    text = HINT.sub(r"<details><summary>\1</summary>\n\n\2\n\n</details>", text)
    return ROLE.sub(lambda found: f"`{found[1]}`" if found[1].startswith("ex-") else found[1], text)


def _mark(cell, grade_id, **marks):
    cell.id = grade_id
    usual = {"grade": False, "solution": False, "locked": False, "task": False, "schema_version": 3}
    cell.metadata["nbgrader"] = {**usual, "grade_id": grade_id, **marks}
    return cell


def _text(grade_id, text):
    return _mark(new_markdown_cell(text), grade_id, locked=True)


def _code(grade_id, text, **marks):
    return _mark(new_code_cell(text), grade_id, **marks)


def _write(notebook: nbformat.NotebookNode, target: Path) -> Path:
    nbformat.validate(notebook)
    target.parent.mkdir(parents=True, exist_ok=True)
    write_whole(target, lambda file: file.write((nbformat.writes(notebook) + "\n").encode()))
    return target
