"""Notebooks of invented students, and whether there is a sandbox to run them in."""

import json
import os

import nbformat
import pytest

from grader import assignments
from grader.output import write_sealed
from grader.sandbox import box


@pytest.fixture(scope="session")
def sandboxed():
    if why := box.missing():
        (pytest.fail if os.environ.get("CI") else pytest.skip)(
            f"{why}. On Debian or Ubuntu: apt-get install {box.PACKAGES}"
        )


@pytest.fixture(scope="session")
def released(tmp_path_factory):
    """The folder of released assignments."""
    folder = tmp_path_factory.mktemp("release")
    for name in assignments.names():
        assignments.release(name, folder)
    return folder


@pytest.fixture(scope="session")
def notebook():
    """Make a submission: the reference answers, with some cells' code replaced by grade id."""

    def notebook(name, **cells):
        made = nbformat.reads(json.dumps(assignments.read(name)), 4)
        for cell in made.cells:
            cell.source = cells.get(cell.id.replace("-", "_"), cell.source)
        return made

    return notebook


@pytest.fixture(scope="session")
def hand_in(notebook):
    """Put such a notebook where `grade` finds it."""

    def hand_in(folder, student, name, **cells):
        place = folder / student / name / f"{name}.ipynb"
        place.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook(name, **cells), place)

    return hand_in


RESULT = {
    "assignment": "intro", "status": "marked", "score": 5, "max": 11, "pending": {"collapse-answer": 3},
    "exercises": {"collapse": {"points": 1, "max": 2, "tests": {
        "甲 | first": "", "乙 | second": "<b>因</b> | <script>cause</script>"}}},
    "notes": ["[1] <script>alert(1)</script>"],
}


@pytest.fixture
def result():
    """One student's result, to be changed at will."""
    return json.loads(json.dumps(RESULT))


@pytest.fixture
def results(tmp_path):
    folder = tmp_path / "results"
    write_sealed(folder / "intro.json", {"ann": "k1", "bob": "k2"})
    write_sealed(folder / "intro" / "ann.k1.json", RESULT)
    write_sealed(folder / "intro" / "bob.k2.json", {**RESULT, "status": "refused", "score": 0})
    return folder
