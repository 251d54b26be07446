"""Assignments, one per chapter: made from the exercises page, ``opening.md`` and ``solutions.py``."""

import io
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nnlib._common.fingerprint import fingerprint
from nnlib.exercises.selfcheck import EXERCISES

from . import guard
from .output import write_json
from .published import ROOT

PAGE = ROOT / "chapters" / "exercises.ipynb"
SOLUTIONS, OPENING = ROOT / "assignments" / "solutions.py", ROOT / "assignments" / "opening.md"
MANUAL_POINTS = 3
# How the book marks up its text.
TITLE = re.compile(r"^(?:##|```\{exercise-start\}) (.+)$", re.MULTILINE)
ROLE = re.compile(r"\{\w+\}`([^`<]+?)(?: *<[^`]*>)?`")
HINT = re.compile(r":::\{admonition\} ([^\n]+)\n:class: dropdown tip\n(.*?)\n:::", re.DOTALL)
FUNCTION = re.compile(r"^(( *)def .+\n)((?:\2    .+\n|\n+(?=\2    ))+)", re.MULTILINE)  # its head, and its body
SOLVED = r"\1\2    ### BEGIN SOLUTION\n\3\2    ### END SOLUTION\n"  # nbgrader's marks
STUB = r"\1\2    # YOUR CODE HERE\n\2    raise NotImplementedError()\n"


@dataclass(frozen=True)
class Assignment:
    """What is marked in one notebook.

    `exercises` are marked by tests; `written` are the cells answered in words, with their points; `given` maps
    the `bare` text of each other cell that we hand out, and that is never run, to its grade id.
    """

    name: str
    exercises: tuple[str, ...]
    written: dict[str, int]
    given: dict[str, str]
    variants: dict[str, int]  # which one of each exercise the section is asked

    @property
    def points(self) -> int:
        return sum(len(EXERCISES[id].tests) for id in self.exercises) + sum(self.written.values())


def bare(text: str) -> str:
    """A cell's text without what editors change unasked: line endings, and blanks at the ends of lines."""
    return "\n".join(line.rstrip() for line in io.StringIO(text, newline=None)).strip("\n")


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


def varied(text: str, words: dict[str, Any], id: str, number: int) -> str:
    """A text with the words of a variant: each by a template, or by the value of a constant that it goes with."""
    values = EXERCISES[id].variants[number] | {"variant": number}
    written = *values.values(), *map(str, values.values())  # JSON has no other keys
    new = {old: by.format(**values) if isinstance(by, str) else
           next((by[value] for value in written if value in by), old) for old, by in words.items()}
    return re.sub("|".join(map(re.escape, words)), lambda found: new[found[0]], text) if words and number else text


def answers(body: str = SOLVED) -> dict[str, str]:
    """The functions in ``solutions.py`` by exercise: what has one is assigned. Each gets this body."""
    functions = FUNCTION.sub(body, SOLUTIONS.read_text("utf-8")).split("\n\n\n")[1:]
    by_name = {re.search(r"\w+ (\w+)", text)[1]: text.rstrip() for text in functions}
    return {id: by_name[exercise.name] for id, exercise in EXERCISES.items() if exercise.name in by_name}


def names() -> list[str]:
    return sorted({EXERCISES[id].chapter for id in answers()})


def read(name: str, variants: dict[str, int] | None = None, body: str = SOLVED) -> dict[str, Any]:
    """A chapter's notebook of these variants, with solutions, as plain JSON: nbformat takes over a second to import."""
    if name not in names():
        raise ValueError(f"expected an assignment ({', '.join(names())}), got {name!r}. Check the spelling.")
    page = {cell["id"]: ("".join(cell["source"]), cell["metadata"].get("variants", {}))
            for cell in json.loads(PAGE.read_text("utf-8"))["cells"]}
    opening = OPENING.read_text("utf-8").rstrip().format(title=title(page[f"exercises-{name}-heading"][0]))
    cells = [new_cell("title", opening), new_cell("imports", "import numpy as np\n\nimport nnlib as nn", "code")]
    for id, answer in answers(body).items():
        if EXERCISES[id].chapter == name:
            cells += _exercise(id, (variants or {}).get(id, 0), answer, page)
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}


def _exercise(id: str, number: int, answer: str, page: dict[str, tuple[str, dict[str, Any]]]) -> list[dict[str, Any]]:
    """The cells of an exercise in a variant; `page` has each cell's text, and the words in which variants differ."""
    def shown(part: str) -> dict[str, Any]:
        text, words = page[part]
        return new_cell(part, varied(plain(text), words, id, number))

    exercise, check = EXERCISES[id], f"{id}-check"
    mine = {f"{name} = {json.dumps(one)}": f"{name} = {{{name}!r}}" for name, one in exercise.variants[0].items()}
    mine[f"{exercise.name})"] = f"{exercise.name}, variant={{variant}})"
    cells = [new_cell(f"{id}-title", f"## {title(page[f'{id}-opener'][0])}"), shown(f"{id}-zh"), shown(f"{id}-en"),
             new_cell(id, varied(answer, page[f"{id}-stub"][1] | mine, id, number), "code", solution=True),
             new_cell(check, varied(page[check][0], mine, id, number), "code", grade=True, points=len(exercise.tests))]
    if f"{id}-question-zh" in page:
        cells += [shown(f"{id}-question-zh"), shown(f"{id}-question-en"),
                  new_cell(f"{id}-answer", "（写在这里 | write here）", grade=True, solution=True,
                           points=MANUAL_POINTS)]
    return cells


def new_cell(id: str, text: str, kind: str = "markdown", **marks: Any) -> dict[str, Any]:
    """A cell with the metadata by which nbgrader knows it."""
    usual = {"grade": False, "grade_id": id, "locked": "solution" not in marks, "schema_version": 3, "solution": False,
             "task": False}
    code = {"execution_count": None, "outputs": []} if kind == "code" else {}
    return {"cell_type": kind, "id": id, "metadata": {"nbgrader": usual | marks},
            "source": text.splitlines(keepends=True), **code}


def load(name: str, seed: int | None = None) -> Assignment:
    """The assignment as its notebook describes it, for a section with this seed."""
    cells = read(name)["cells"]
    marks = [cell["metadata"]["nbgrader"] for cell in cells]
    exercises = tuple(mark["grade_id"] for mark in marks if mark["solution"] and not mark["grade"])
    written = {mark["grade_id"]: mark["points"] for mark in marks if mark["solution"] and mark["grade"]}
    given = {bare("".join(cell["source"])): mark["grade_id"]
             for cell, mark in zip(cells, marks, strict=True) if mark["locked"] or mark["grade"]}
    asked = {id: int(fingerprint(f"{seed} {id}"), 16) % len(EXERCISES[id].variants) if seed else 0 for id in exercises}
    return Assignment(name, exercises, written, given, asked)


def release(name: str, folder: Path, seed: int | None = None, solved: bool = False) -> Path:
    """Write the notebook that students get: stubs, no cell run, ours locked, and a guard; or nbgrader's, `solved`."""
    notebook = read(name, load(name, seed).variants, SOLVED if solved else STUB)
    if not solved:
        for cell in notebook["cells"]:
            cell["metadata"] |= {"deletable": False, "editable": not cell["metadata"]["nbgrader"]["locked"]}
        notebook["cells"].insert(0, guard.cell("both", deletable=False, editable=False))
    path = folder / name / f"{name}.ipynb"
    write_json(path, notebook)
    return path
