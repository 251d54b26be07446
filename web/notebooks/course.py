"""A chapter with what stands in no cell of it: minutes, questions, and exercises of its sections.

`read` gives the notebook that the page and the notebooks to run are made from; nbval and the grader read the file itself.
"""

import base64
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from nnlib._common.pair import Pair
from nnlib.plot.inline import inline_svg
from questions import bank

from ..project import ROOT

LABEL = re.compile(r"\((sec-[\w-]+)\)=\n#+ (.*)")
TERM = re.compile(r"\{term\}`(?:[^`<]*<)?([^`>]+)")
EXERCISE = re.compile(r":label: ex-(.*)")
OWN_WORDS = re.compile(r"[\u3400-\u9fff]|[A-Za-z]+")
PER_MINUTE = {"zh": 350, "en": 220}  # characters, and words, of a text that one thinks about


@dataclass
class Section:
    """One section: its label, its title, the cells from its heading to the next, and what it is for."""

    chapter: str
    label: str
    title: Pair
    cells: list[NotebookNode]

    @property
    def skip(self) -> bool:
        return "skip" in self.cells[0].metadata.get("tags", ()) if self.cells else False

    @property
    def questions(self) -> list[bank.Question]:
        return [question for question in bank.questions(self.chapter) if question["section"] == self.label]

    @property
    def exercises(self) -> list[NotebookNode]:
        return [cell for cell in exercises() if cell.metadata.exercise["section"] == self.label]

    @property
    def minutes(self) -> int:
        """An estimate: the slower of the two texts, a line of code in five seconds, half a minute for a question."""
        texts = [sum(len(OWN_WORDS.findall(cell.source)) for cell in self.cells if f"lang-{key}" in
                     cell.metadata.get("tags", ())) / pace for key, pace in PER_MINUTE.items()]
        code = [cell for cell in self.cells if cell.cell_type == "code"]
        lines = sum(cell.source.count("\n") + 1 for cell in code if "hide-input" not in cell.metadata.get("tags", ()))
        asked = len(self.questions) + sum("predict" in cell.metadata for cell in code)
        return max(1, round(max(texts) + lines / 12 + asked / 2))

    def terms(self, key: str) -> list[str]:
        """The glossary's terms that the text in one language uses, in its order."""
        texts = (cell.source for cell in self.cells if f"lang-{key}" in cell.metadata.get("tags", ()))
        return [*dict.fromkeys(term for text in texts for term in TERM.findall(text))]


@cache
def sections(chapter: str) -> list[Section]:
    """The sections in their order; the first holds what stands before the first heading."""
    found = [Section(chapter, "", Pair.of(""), [])]
    for cell in nbformat.read(ROOT / "chapters" / f"{chapter}.ipynb", as_version=4).cells:
        if label := LABEL.match(cell.source):
            found.append(Section(chapter, label[1], Pair.of(label[2]), []))
        found[-1].cells.append(cell)
    return found


@cache
def exercises() -> list[NotebookNode]:
    """The cells that open the exercises and name the section after which each is best done."""
    cells = nbformat.read(ROOT / "chapters" / "exercises.ipynb", as_version=4).cells
    return [cell for cell in cells if "exercise" in cell.metadata]


def exercise_id(opener: NotebookNode) -> str:
    return EXERCISE.search(opener.source)[1]


def text_cell(name: str, source: str) -> NotebookNode:
    return nbformat.v4.new_markdown_cell(source, id=name)


def asked(question: bank.Question, prefix: str) -> NotebookNode:
    """The cell that asks a question, with all that the directive needs to know."""
    whole = bank.drawn(question, bank.SEED) if "section" in question else question
    if figure := whole.pop("figure", None):
        file = io.BytesIO()
        figure.savefig(file, format="png", dpi=80, bbox_inches="tight")
        whole |= {"svg": inline_svg(figure), "png": base64.b64encode(file.getvalue()).decode()}
    whole["shown"] = bank.shuffled(question, bank.SEED)
    name = f"{prefix}-{question['id']}"
    return text_cell(name, f"``````{{question}} {name}\n{json.dumps(whole, ensure_ascii=False)}\n``````")


def line(name: str, zh: str, en: str) -> NotebookNode:
    return text_cell(name, f":::{{container}} paired\n{Pair(zh, en)}\n:::")


def about(section: Section) -> NotebookNode:
    """What a reader needs to know before reading a section."""
    skip = Pair("；第一遍可以跳过", "; may be skipped on a first reading") if section.skip else Pair("", "")
    return line(f"about-{section.label}", f"约 {section.minutes} 分钟{skip.zh}",
                f"About {section.minutes} minutes{skip.en}")


def practice(section: Section) -> NotebookNode:
    """The exercises to do next, by their titles."""
    links = [f"{{ref}}`ex-{exercise_id(cell)}`" for cell in section.exercises]
    return line(f"practice-{section.label}", f"接着做：{'、'.join(links)}", f"Now try {', '.join(links)}")


def in_order(chapter: str) -> Iterator[NotebookNode]:
    before = dict(zip(bank.CHAPTERS[1:], bank.CHAPTERS[:-1], strict=True)).get(chapter)
    for number, section in enumerate(sections(chapter)):
        again = [question for question in bank.questions(before) if "recall" in question] if before else []
        if number == 1 and again:
            yield text_cell("again", "```{rubric} 上一章还记得多少 | From the last chapter\n```")
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
    """The notebook at this path; a chapter, with its questions in place."""
    notebook = nbformat.read(path, as_version=4)
    if path.stem in bank.CHAPTERS:
        notebook.cells = [*in_order(path.stem)]
    return notebook
