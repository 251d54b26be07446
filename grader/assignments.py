"""Assignments, one a chapter: made from the exercises page and the reference answers, released without."""

import ast
import re
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from nnlib.exercises import EXERCISES
from nnlib.files import write_whole

ROOT = Path(__file__).parents[1]
PAGE, ANSWERS = ROOT / "chapters" / "exercises.ipynb", ROOT / "assignments" / "answers.py"
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


def names() -> list[str]:
    return sorted(path.name for path in SOURCE.iterdir() if (path / f"{path.name}.ipynb").is_file())


def load(name: str) -> Assignment:
    """The assignment as its notebook in ``assignments/source`` describes it."""
    if name not in names():
        raise ValueError(f"expected an assignment ({', '.join(names())}), got {name!r}. Check the spelling.")
    marks = [cell.metadata.nbgrader for cell in _read(name).cells]
    answers = [mark.grade_id for mark in marks if mark.solution and not mark.grade]
    written = {mark.grade_id: mark.points for mark in marks if mark.solution and mark.grade}
    return Assignment(name, tuple(answers), written, frozenset(m.grade_id for m in marks if m.locked))


def release(name: str, folder: Path) -> Path:
    """Write the notebook that students get: every solution is a stub, nothing has been run."""
    notebook = _read(name)
    for cell in notebook.cells:
        cell.source = SOLUTION.sub(lambda found: _indent(STUB, found[1]), cell.source)
        if BEGIN in cell.source or END in cell.source:
            raise ValueError(
                f"expected paired solution markers in {name}, got a lone one in {cell.id}. Add its pair."
            )
    target = folder / name / f"{name}.ipynb"
    target.parent.mkdir(parents=True, exist_ok=True)
    _write(notebook, target)
    return target


def write_sources() -> list[Path]:
    """Make the notebooks in ``assignments/source`` anew."""
    made = []
    for name, notebook in sources().items():
        target = SOURCE / name / f"{name}.ipynb"
        target.parent.mkdir(parents=True, exist_ok=True)
        _write(notebook, target)
        made.append(target)
    return made


def sources() -> dict[str, nbformat.NotebookNode]:
    """The notebooks with solutions, by chapter: whatever has a reference answer is assigned."""
    page = {cell.id: cell for cell in nbformat.read(PAGE, as_version=4).cells}
    answers = _answers()
    made = {}
    for chapter in dict.fromkeys(exercise.chapter for exercise in EXERCISES.values()):
        title = re.search(r"^## (.+)$", page[f"exercises-{chapter}-heading"].source, re.MULTILINE)[1]
        cells = [
            _text("title", START.format(title=title)),
            _code("imports", "import numpy as np\n\nimport nnlib as nn", locked=True),
        ]
        for exercise in EXERCISES.values():
            if exercise.chapter != chapter or exercise.name not in answers:
                continue
            opener = page[f"{exercise.id}-opener"].source
            heading = re.search(r"\{exercise-start\} (.+)$", opener, re.MULTILINE)[1]
            cells.append(_text(f"{exercise.id}-title", f"## {heading}"))
            cells += [
                _text(f"{exercise.id}-{language}", _plain(page[f"{exercise.id}-{language}"].source))
                for language in ("zh", "en")
            ]
            cells.append(_code(exercise.id, answers[exercise.name], solution=True))
            cells.append(
                _code(
                    f"{exercise.id}-check",
                    page[f"{exercise.id}-check"].source,
                    grade=True,
                    locked=True,
                    points=len(exercise.tests),
                )
            )
            if f"{exercise.id}-question-zh" in page:
                cells += [
                    _text(
                        f"{exercise.id}-question-{language}",
                        _plain(page[f"{exercise.id}-question-{language}"].source),
                    )
                    for language in ("zh", "en")
                ]
                cells.append(
                    _mark(
                        new_markdown_cell("（写在这里 | write here）"),
                        f"{exercise.id}-answer",
                        grade=True,
                        solution=True,
                        points=MANUAL_POINTS,
                    )
                )
        made[chapter] = new_notebook(cells=cells, metadata={"kernelspec": KERNEL})
    return made


def _answers() -> dict[str, str]:
    """The reference answers by name, each function's body between solution markers."""
    text = ANSWERS.read_text("utf-8")
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


def _indent(text: str, indent: str) -> str:
    return "\n".join(indent + line for line in text.splitlines())


def _mark(cell, grade_id, **marks):
    cell.id = grade_id
    usual = {"grade": False, "solution": False, "locked": False, "task": False, "schema_version": 3}
    cell.metadata["nbgrader"] = {**usual, "grade_id": grade_id, **marks}
    return cell


def _text(grade_id, text):
    return _mark(new_markdown_cell(text), grade_id, locked=True)


def _code(grade_id, text, **marks):
    return _mark(new_code_cell(text), grade_id, **marks)


def _read(name: str) -> nbformat.NotebookNode:
    return nbformat.read(SOURCE / name / f"{name}.ipynb", as_version=4)


def _write(notebook: nbformat.NotebookNode, target: Path) -> None:
    nbformat.validate(notebook)
    write_whole(target, lambda file: file.write((nbformat.writes(notebook) + "\n").encode()))
