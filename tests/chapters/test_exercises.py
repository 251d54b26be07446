"""Each exercise says how hard it is, which goal of which section it serves, and gives two hints in both languages."""

import re

import nbformat
import pytest

from nnlib.exercises.selfcheck import EXERCISES
from web.project import ROOT

NOTEBOOKS = {name: nbformat.read(ROOT / "chapters" / f"{name}.ipynb", 4)
             for name in ("exercises", *{exercise.chapter for exercise in EXERCISES.values()})}
PAGE = {cell.id: cell for cell in NOTEBOOKS["exercises"].cells}
STARS = re.compile(r"```\{exercise-start\} [^|]*[^ ★] (★{1,3}) \| [^|]*[^ ★] (★{1,3})\n:label: ex-([\w-]+)\n```")
HINT = re.compile(r"^:::\{admonition\} (.+)\n:class: dropdown tip\n(.+)\n:::$", re.MULTILINE)


@pytest.mark.parametrize("id", EXERCISES)
def test_how_hard_it_is_stands_behind_both_halves_of_the_title(id):
    zh, en, label = STARS.fullmatch(PAGE[f"{id}-opener"].source).groups()
    assert (zh, label) == (en, id)


@pytest.mark.parametrize("id", EXERCISES)
def test_it_serves_a_goal_of_a_section_of_its_chapter(id):
    serves, chapter = PAGE[f"{id}-opener"].metadata.exercise, NOTEBOOKS[EXERCISES[id].chapter].cells
    assert set(serves) == {"section", "goal"}
    opening, = (cell.source for cell in chapter if cell.id == f"{EXERCISES[id].chapter}-opening-en")
    assert serves.goal in range(1, 1 + len(re.findall(r"^- ", opening, re.MULTILINE)))
    assert any(f"({serves.section})=\n" in cell.source for cell in chapter), f"{serves.section} is in no chapter"


@pytest.mark.parametrize("id", EXERCISES)
def test_there_are_a_hint_and_a_stronger_one(id):
    titles = {language: [title for title, _ in HINT.findall(PAGE[f"{id}-{language}"].source)]
              for language in ("zh", "en")}
    assert titles == {"zh": ["提示", "再给一点提示"], "en": ["Hint", "A stronger hint"]}


def test_nothing_else_claims_to_be_an_exercise():
    assert {id for id, cell in PAGE.items() if "exercise" in cell.metadata} == {f"{id}-opener" for id in EXERCISES}
    assert {len(STARS.search(PAGE[f"{id}-opener"].source)[1]) for id in EXERCISES} == {1, 2, 3}
