"""A chapter with what stands in no cell of it: minutes, questions, and exercises of its sections.

`read` gives the notebook from which the page and the notebooks to run are made; nbval and the grader read the file.
"""

import base64
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

from nnlib._common.pair import Pair
from nnlib.plot.inline import inline_svg
from questions import bank

from ..project import ROOT

LABEL = re.compile(r"\((sec-[\w-]+)\)=\n#")
OWN_WORDS = re.compile(r"[\u3400-\u9fff]|[A-Za-z]+")
PER_MINUTE = {"zh": 350, "en": 220}  # characters, and words, of a text that one thinks about


@dataclass
class Section:
    """One section: its label, the cells from its heading to the next, and what it is for."""

    chapter: str
    label: str
    cells: list[NotebookNode]

    @property
    def skip(self) -> bool:
        return "skip" in tags(self.cells[0])

    @property
    def questions(self) -> list[bank.Question]:
        return [question for question in bank.questions(self.chapter) if question["section"] == self.label]

    @property
    def exercises(self) -> dict[str, int]:
        """The exercises that are best done after it; for each, the number of the goal that it serves."""
        return {cell.id.removesuffix("-opener"): cell.metadata.exercise["goal"] for cell in cells("exercises")
                if cell.metadata.get("exercise", {}).get("section") == self.label}

    @property
    def minutes(self) -> int:
        """An estimate: the slower of the two texts, a line of code in five seconds, half a minute for a question."""
        reading = max(len(OWN_WORDS.findall(self.text(key))) / pace for key, pace in PER_MINUTE.items())
        code = [cell for cell in self.cells if cell.cell_type == "code"]
        lines = sum(cell.source.count("\n") + 1 for cell in code if "hide-input" not in tags(cell))
        asked = len(self.questions) + sum("predict" in cell.metadata for cell in code)
        return max(1, round(reading + lines / 12 + asked / 2))

    def text(self, key: str) -> str:
        return "\n".join(cell.source for cell in self.cells if f"lang-{key}" in tags(cell))


@cache
def cells(page: str) -> list[NotebookNode]:
    return nbformat.read(ROOT / "chapters" / f"{page}.ipynb", as_version=4).cells


def tags(cell: NotebookNode) -> list[str]:
    return cell.metadata.get("tags", [])


@cache
def sections(chapter: str) -> list[Section]:
    """The sections in their order; the first holds what stands before the first heading."""
    found = [Section(chapter, "", [])]
    for cell in cells(chapter):
        if label := LABEL.match(cell.source):
            found.append(Section(chapter, label[1], []))
        found[-1].cells.append(cell)
    return found


def asked(question: bank.Question, prefix: str) -> NotebookNode:
    """The cell that asks a question, with all that the directive needs to know."""
    whole = bank.drawn(question, bank.SEED) if "section" in question else question
    if figure := whole.pop("figure", None):
        whole |= {"png": base64.b64encode(bank.png(figure, 80)).decode(), "svg": inline_svg(figure)}
    whole["shown"] = bank.shuffled(whole, bank.SEED)
    name = f"{prefix}-{question['id']}"
    return new_markdown_cell(f"``````{{question}} {name}\n{json.dumps(whole, ensure_ascii=False)}\n``````", id=name)


def paired(name: str, zh: str, en: str, role: str = "") -> NotebookNode:
    return new_markdown_cell(f":::{{container}} paired {role}\n{Pair(zh, en)}\n:::", id=name)


def about(section: Section) -> NotebookNode:
    """What a reader needs to know before reading a section."""
    skip = Pair("；第一遍可以跳过", "; may be skipped on a first reading") if section.skip else Pair("", "")
    return paired(f"about-{section.label}", f"约 {section.minutes} 分钟{skip.zh}",
                  f"About {section.minutes} minutes{skip.en}")


def title(exercise: str) -> Pair:
    return Pair.of(next(cell for cell in cells("exercises") if cell.id == f"{exercise}-opener").source.split("\n")[0]
                   .partition(" ")[2])


def practice(section: Section) -> NotebookNode:
    """The exercises to do next, by their numbers."""
    links = [f"{{ref}}`ex-{id}`" for id in section.exercises]
    return paired(f"practice-{section.label}", f"接着做：{'、'.join(links)}", f"Now try {', '.join(links)}")


def in_order(chapter: str) -> Iterator[NotebookNode]:
    before = bank.CHAPTERS[:bank.CHAPTERS.index(chapter)][-1:]
    again = [question for one in before for question in bank.questions(one) if "recall" in question]
    for number, section in enumerate(sections(chapter)):
        if number == 1 and again:
            yield new_markdown_cell("```{rubric} 上一章还记得多少 | From the last chapter\n```", id="again")
            yield from (asked(question, "again") for question in again)
        for place, cell in enumerate(section.cells):
            if "predict" in cell.metadata:
                yield asked({"id": cell.id, "kind": "predict", **cell.metadata.predict}, "predict")
            yield cell
            if place == 0 and section.label:
                yield about(section)
        yield from (asked(question, "question") for question in section.questions)
        if section.exercises:
            yield practice(section)


@cache
def read(path: Path) -> NotebookNode:
    """The notebook at this path, each text in a box of its language; a chapter, with its questions in place."""
    notebook = nbformat.read(path, as_version=4)
    if path.stem in bank.CHAPTERS:
        title, *others = in_order(path.stem)
        number = sum(cell.source.startswith("``````{question}") for cell in others)
        state = paired("state", f"这一页有 {number} 个问题。", f"This page asks {number} questions.", "question-state")
        notebook.cells = [title, state, *others]
    for i, cell in enumerate(notebook.cells):
        if any(tag.startswith("lang-") for tag in tags(cell)):
            box = f"```````{{container}} {' '.join(tags(cell))}\n\n{cell.source}\n```````"
            notebook.cells[i] = nbformat.from_dict(cell | {"source": box})
    return notebook
