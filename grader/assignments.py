"""Assignments, one per chapter: read from ``assignments/source``, released without the solutions."""

import io
import json
import re
import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nnlib._common.fingerprint import fingerprint
from nnlib.exercises.selfcheck import EXERCISES

from . import guard
from .output import write_json
from .published import ROOT

SOURCE = ROOT / "assignments" / "source"
BEGIN, END, STUB = "### BEGIN SOLUTION", "### END SOLUTION", "# YOUR CODE HERE\nraise NotImplementedError()"
SOLUTION = re.compile(rf"^([ \t]*){BEGIN}\n.*?{END}", re.DOTALL | re.MULTILINE)


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


def source(name: str) -> Path:
    """Where the notebook with solutions is."""
    return SOURCE / name / f"{name}.ipynb"


def names() -> list[str]:
    return sorted(path.name for path in SOURCE.iterdir() if source(path.name).is_file())


def varied(text: str, words: dict[str, Any], id: str, number: int) -> str:
    """A text with the words of a variant: each by a template, or by the value of a constant that it goes with."""
    values = EXERCISES[id].variants[number] | {"variant": number} if id else {}
    written = *values.values(), *map(str, values.values())  # JSON has no other keys
    new = {old: by.format(**values) if isinstance(by, str) else
           next((by[value] for value in written if value in by), old) for old, by in words.items()}
    return re.sub("|".join(map(re.escape, words)), lambda found: new[found[0]], text) if words and number else text


def read(name: str, variants: dict[str, int] | None = None) -> dict[str, Any]:
    """The notebook with solutions, of these variants, as plain JSON: nbformat takes over a second to import."""
    if name not in names():
        raise ValueError(f"expected an assignment ({', '.join(names())}), got {name!r}. Check the spelling.")
    notebook, id = json.loads(source(name).read_text("utf-8")), ""
    for cell in notebook["cells"]:
        if (first := cell["id"].removesuffix("-title")) in EXERCISES:
            id = first
        text, words = "".join(cell["source"]), cell["metadata"].pop("variants", {})
        cell["source"] = varied(text, words, id, (variants or {}).get(id, 0)).splitlines(keepends=True)
    return notebook


def load(name: str, seed: int | None = None) -> Assignment:
    """The assignment as its notebook in ``assignments/source`` describes it, for a section with this seed."""
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
    notebook = read(name, load(name, seed).variants)
    for cell in [] if solved else notebook["cells"]:
        text = SOLUTION.sub(lambda found: textwrap.indent(STUB, found[1]), "".join(cell["source"]))
        if BEGIN in text or END in text:
            raise ValueError(f"expected paired solution markers in {name}, got a lone one in {cell['id']}. "
                             "Add its pair.")
        cell["source"] = text.splitlines(keepends=True)
        cell["metadata"] |= {"deletable": False, "editable": not cell["metadata"]["nbgrader"]["locked"]}
    notebook["cells"][:0] = [] if solved else [guard.cell("both", deletable=False, editable=False)]
    path = folder / name / f"{name}.ipynb"
    write_json(path, notebook)
    return path
