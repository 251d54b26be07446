"""What the assignments take over from the exercises page: titles, and text without the book's markup."""

import json
import re

import nbformat
import pytest

from grader import assignments

HINT = ":::{admonition} 提示\n:class: dropdown tip\n两行，\n第二行 {term}`梯度`。\n:::"
FOLDED = "<details><summary><u>提示</u></summary>\n\n两行，\n第二行 梯度。\n\n</details>"


@pytest.mark.parametrize(("cell", "title"), [
    ("(sec-intro)=\n## 激活函数 | Activation functions", "激活函数 | Activation functions"),
    ("```{exercise-start} 数参数 | Count\n:label: ex-count\n```", "数参数 | Count"),
], ids=["chapter", "exercise"])
def test_the_title_of_a_chapter_or_an_exercise(cell, title):
    assert assignments.title(cell) == title


@pytest.mark.parametrize(("cell", "text"), [
    ("plain $x$ and `code`", "plain $x$ and `code`"),
    ("the {term}`scores <score>` of a {term}`neural network`", "the scores of a neural network"),
    ("见{numref}`ex-sigmoid`。", "见`ex-sigmoid`。"),
    ("see {doc}`instructors`", "see instructors"),
    (f"before\n\n{HINT}", f"before\n\n{FOLDED}"), (f"{HINT}\n\n{HINT}", f"{FOLDED}\n\n{FOLDED}"),
], ids=["plain", "roles", "another exercise", "page", "hint", "two hints"])
def test_text_as_a_notebook_shows_it(cell, text):
    assert assignments.plain(cell) == text


def test_no_markup_of_the_book_is_left():
    for name in assignments.names():
        notebook = nbformat.reads(json.dumps(assignments.read(name)), 4)
        nbformat.validate(notebook)
        for cell in notebook.cells:
            assert not re.search(r":::|```\{|\{[a-z-]+\}`", cell.source), cell.id
