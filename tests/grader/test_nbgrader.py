"""nbgrader itself releases our notebooks without answers and keeps its gradebook with our marks."""

import os
import re
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
import pytest
from nbconvert import HTMLExporter
from traitlets.config import Config

from grader import assignments, batch, guard, output
from grader.marking import Conditions
from tests.grader.test_rubric import told

NAME = "activations"
PAGE = assignments.ROOT / "chapters" / "instructors.md"
CONFIG = re.search(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)[1]
api = pytest.importorskip("nbgrader.apps.api")
form = pytest.importorskip("nbgrader.server_extensions.formgrader.handlers")
gradebook = pytest.importorskip("nbgrader.api")


def delete(notebook, checks):
    notebook.cells = [cell for cell in notebook.cells if cell not in checks]


def unmark(notebook, checks):
    for cell in checks:
        del cell.metadata["nbgrader"]


def to_markdown(notebook, checks):
    for cell in checks:
        cell.cell_type = "markdown"
        del cell["outputs"], cell["execution_count"]


def dearer(notebook, checks):
    for cell in checks:
        cell.metadata.nbgrader.points = 100


CHANGES = {change.__name__: change for change in (delete, unmark, to_markdown, dearer)}
STUDENTS = ("ann", "bob", "eve", *CHANGES)


@pytest.fixture(scope="module")
def course(sandboxed, hand_in, tmp_path_factory):
    """A course of students: all right, partly right, one whose code would spoil the gradebook, and all right with
    self-checks that are deleted, without their marks, of another kind, or worth more than we gave.

    It is configured as the page says, which puts it in a home folder.
    """
    home = tmp_path_factory.mktemp("home")
    root = home / "course"
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"  # it calls a program, alembic
    patch = pytest.MonkeyPatch()
    patch.setenv("PATH", path)
    patch.setenv("HOME", str(home))
    for name in assignments.names():
        assignments.release(name, root / "source", solved=True)
    config = Config()
    config.CourseDirectory.root = str(root)
    config.CourseDirectory.db_url = f"sqlite:///{root}/gradebook.db"
    config.GenerateAssignment.create_assignment = True
    exec(CONFIG, {"get_config": lambda: config})
    nbgrader = api.NbGraderAPI(config=config)
    assert nbgrader.generate_assignment(NAME)["success"]
    hostile = f"import sqlite3\nsqlite3.connect({str(root / 'gradebook.db')!r}).execute('DELETE FROM grade')"
    partly = "def sigmoid_slope(z):\n    return np.exp(-z) / (1 + np.exp(-z)) ** 2"
    for student, cells in (("ann", {}), ("bob", {"sigmoid_slope": partly}),
                           ("eve", {"sigmoid_slope": hostile})):
        hand_in(root / "submitted", student, NAME, **cells)
    for student, change in CHANGES.items():
        hand_in(root / "submitted", student, NAME)
        path = root / "submitted" / student / NAME / f"{NAME}.ipynb"
        notebook = nbformat.read(path, 4)
        change(notebook, [cell for cell in notebook.cells if cell.metadata.nbgrader.grade_id.endswith("-check")])
        nbformat.write(notebook, path)
    with ThreadPoolExecutor(1) as pool:
        batch.grade(root / "submitted", root / "results", Conditions(77), pool)
    for student in STUDENTS:
        done = nbgrader.autograde(NAME, student)
        assert done["success"], done
    yield root, config
    patch.undo()


def test_its_release_is_ours(course, released):
    root, _ = course
    made, ours = ([cell.source for cell in nbformat.read(folder / NAME / f"{NAME}.ipynb", 4).cells]
                  for folder in (root / "release", released))
    assert made.count("YOUR ANSWER HERE") == 1  # its own words where ours are bilingual
    made.remove("YOUR ANSWER HERE")
    assert guard.is_guard(ours[0])  # nbgrader's are for a hub, which has nnlib
    assert made == [text for text in ours[1:] if "write here" not in text]


def test_its_gradebook_holds_our_marks(course):
    root, _ = course
    with gradebook.Gradebook(f"sqlite:///{root}/gradebook.db") as book:
        scores = {student: {grade.name: (grade.auto_score, grade.needs_manual_grade)
                            for grade in book.find_submission_notebook(NAME, NAME, student).grades}
                  for student in STUDENTS}
    full = {"sigmoid-slope-check": (4, False), "diagnose-check": (3, False), "maxout-hat-check": (2, False)}
    full["maxout-hat-answer"] = (None, True)
    assert scores == dict.fromkeys(STUDENTS, full) | {
        "bob": full | {"sigmoid-slope-check": (3, False)}, "eve": full | {"sigmoid-slope-check": (0, False)}}
    ours = batch.read_results(root / "results")[NAME]
    assert {student: sum(points or 0 for points, _ in grades.values()) for student, grades in scores.items()} == {
        student: result["score"] for student, result in ours.items() if student in STUDENTS}


def test_its_form_shows_the_rubric_above_the_answer_and_its_feedback_does_not(course):
    """The form is exported as FormgradeExtension and SubmissionHandler do it."""
    root, config = course
    path = root / "autograded" / "ann" / NAME / f"{NAME}.ipynb"
    assert not told(path.read_text("utf-8"))
    exporter = HTMLExporter(config=config, template_name="formgrade", extra_template_basedirs=[form.template_path])
    resources = {"assignment_id": NAME, "notebook_id": NAME, "submission_id": "1", "index": 0, "total": 1,
                 "base_url": "", "student": "ann", "last_name": "", "first_name": "", "notebook_path": "x"}
    page, _ = exporter.from_filename(str(path), resources=resources)
    assert len(told(page)) == 10  # the model answer in two languages, eight examples
    assert page.count("write here") == 1
    assert told(page.partition("write here")[0]) == told(page)
    assert "&lt;details" not in page
    assert page.count("<details><summary><b>") == 4
    assert api.NbGraderAPI(config=config).generate_feedback(NAME, "ann")["success"]
    assert not told((root / "feedback" / "ann" / NAME / f"{NAME}.html").read_text("utf-8"))


def test_who_was_not_marked_is_an_error_and_no_zero(course):
    root, config = course
    shutil.copytree(root / "submitted" / "ann", root / "submitted" / "zoe")
    done = api.NbGraderAPI(config=config).autograde(NAME, "zoe")
    assert not done["success"]
    assert "expected a result of zoe for activations" in done["log"]


def test_another_number_in_the_gradebook_is_an_error(course):
    root, config = course
    path, = (root / "results" / NAME).glob("ann.*.json")
    output.write_sealed(path, {**output.read_sealed(path), "score": 8})
    done = api.NbGraderAPI(config=config).autograde(NAME, "ann", force=True)
    assert not done["success"]
    assert "expected the 8 points of ann for activations in the gradebook, got 9.0" in done["log"]


def test_a_notebook_that_cannot_be_marked_gets_no_zero(course):
    root, config = course
    path, = (root / "results" / NAME).glob("ann.*.json")
    output.write_sealed(path, {**output.read_sealed(path), "status": "refused", "notes": ["坏了 | broken"]})
    done = api.NbGraderAPI(config=config).autograde(NAME, "ann", force=True)
    assert not done["success"]
    assert "for activations, got 坏了 | broken" in done["log"]
