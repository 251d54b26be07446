"""Sources, releases and solutions: solutions earn every point; a release earns none and holds no solution."""

import ast
import html
import json
import re

import nbformat
import pytest

from grader import assignments, guard
from grader.marking import Conditions, mark
from grader.submission import parse
from nnlib.exercises.selfcheck import EXERCISES

SOLUTIONS = assignments.SOLUTIONS.read_text("utf-8")
NAMES = ["activations", "architecture", "intro", "overfitting"]
SEED = 987654321


def squeezed(text):
    return re.sub(r"\s+", "", html.unescape(re.sub(r"<[^>]+>", "", text)))


def secret_lines():
    """Lines of the solutions that are too long to occur anywhere by chance."""
    page = assignments.PAGE.read_text("utf-8")
    lines = {line.strip() for line in SOLUTIONS.splitlines() if len(line.strip()) > 24}
    lines = {line for line in lines if not line.startswith(("class ", "def ", '"""'))}
    solutions = (cell.source for cell in nbformat.reads(page, 4).cells if cell.id.endswith("-solution"))
    practice = squeezed("".join(solutions))
    return sorted(line for line in lines if squeezed(line) not in practice)


def test_there_is_one_assignment_per_chapter():
    assert assignments.names() == NAMES
    assert {load.name: load.points for load in map(assignments.load, NAMES)} == {
        "intro": 11, "activations": 12, "architecture": 11, "overfitting": 14}


def test_every_solution_belongs_to_an_exercise_without_published_solution():
    top = ast.parse(SOLUTIONS).body
    names = {node.name for node in top if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    page = {cell.id for cell in nbformat.read(assignments.PAGE, 4).cells}
    assigned = {exercise.id for exercise in EXERCISES.values() if exercise.name in names}
    published = {exercise.id for exercise in EXERCISES.values() if f"{exercise.id}-solution" in page}
    assert len(assigned) == len(names)
    assert assigned | published == set(EXERCISES)
    assert not assigned & published
    for chapter in NAMES:
        assert sum(exercise.chapter == chapter for exercise in EXERCISES.values()) >= 4
        assert sum(EXERCISES[id].chapter == chapter for id in assigned) >= 2


def test_the_page_says_how_long_each_takes():
    page = {cell.id: cell.source for cell in nbformat.read(assignments.PAGE, 4).cells}
    for exercise in EXERCISES.values():
        n = exercise.minutes
        zh, en = f"约 {n} 分钟", f"About {n} minutes"
        if n >= 120:
            zh, en = f"约 {n // 60} 小时", f"About {n // 60} hours"
        assert page[f"{exercise.id}-zh"].startswith(f"*{zh}"), exercise.id
        assert page[f"{exercise.id}-en"].startswith(f"*{en}"), exercise.id
        assert page[f"{exercise.id}-check"] == f'nn.exercises.check("{exercise.id}", {exercise.name})'


@pytest.mark.parametrize("name", NAMES)
def test_reference_answers_score_full_marks_and_a_release_nothing(sandboxed, released, name):
    assignment = assignments.load(name)
    automatic = assignment.points - sum(assignment.written.values())
    solved = json.dumps(assignments.read(name)).encode()
    for seed in (SEED, SEED + 1):
        result = mark(solved, assignment, Conditions(seed))
        assert result["score"] == automatic, result["exercises"]
    assert result["pending"] == assignment.written
    result = mark((released / name / f"{name}.ipynb").read_bytes(), assignment, Conditions(SEED))
    assert result["status"] == "marked"
    assert result["score"] == 0
    assert {cause for entry in result["exercises"].values() for cause in entry["tests"].values()} == {
        "还没有写 | not written yet"}


def test_releases_hold_no_solution(released):
    secrets = secret_lines()
    assert len(secrets) > 15
    for name in NAMES:
        folder = released / name
        assert [path.name for path in folder.iterdir()] == [f"{name}.ipynb"]
        text = (folder / f"{name}.ipynb").read_text("utf-8")
        nbformat.validate(nbformat.reads(text, 4))
        assert "SOLUTION" not in text
        shown = squeezed("\n".join(cell.source for cell in nbformat.reads(text, 4).cells))
        assert not [line for line in secrets if squeezed(line) in shown]
        assert "raise NotImplementedError()" in text


def test_the_built_pages_hold_no_solution_of_an_assigned_exercise(site):
    secrets = secret_lines()
    for path in [*site.glob("*.html"), *site.glob("_sources/*"), site / "searchindex.js"]:
        text = squeezed(path.read_text("utf-8").replace("\\n", "\n").replace('\\"', '"'))
        assert not [line for line in secrets if squeezed(line) in text], path


def test_what_we_hand_out_cannot_be_edited_nor_deleted(released):
    for name in NAMES:
        cells = nbformat.read(released / name / f"{name}.ipynb", 4).cells
        assert not any(cell.metadata.deletable for cell in cells)
        assert {cell.id for cell in cells if cell.metadata.editable} == \
            {cell.id for cell in cells[1:] if cell.metadata.nbgrader.solution}
        given = {assignments.bare(cell.source): cell.id for cell in cells[1:] if not cell.metadata.editable}
        assert given.items() <= assignments.load(name).given.items()


@pytest.mark.parametrize("name", NAMES)
def test_the_first_cell_says_if_nnlib_is_missing_and_is_not_marked(released, name):
    path = released / name / f"{name}.ipynb"
    first, *rest = nbformat.read(path, 4).cells
    assert first == guard.cell("both", deletable=False, editable=False) | {"source": guard.code("both")}
    assert guard.ID not in {cell.id for cell in rest}
    submission = parse(path.read_bytes(), assignments.load(name))
    assert not [text for text in submission.cells if guard.TITLE in text]
    assert submission.notes == []


def test_a_changed_first_cell_is_the_students(released):
    notebook = nbformat.read(released / "intro" / "intro.ipynb", 4)
    notebook.cells[0].source += "\nanswer = 42"
    submission = parse(nbformat.writes(notebook).encode(), assignments.load("intro"))
    assert submission.cells[0] == notebook.cells[0].source


def test_nbgrader_metadata_is_whole():
    for name in NAMES:
        marks = [cell.metadata.nbgrader for cell in nbformat.reads(json.dumps(assignments.read(name)), 4).cells]
        assert len({mark.grade_id for mark in marks}) == len(marks)
        assert all(mark.schema_version == 3 for mark in marks)
        assert all("points" in mark for mark in marks if mark.grade)
        assert all(mark.locked for mark in marks if not mark.solution)
