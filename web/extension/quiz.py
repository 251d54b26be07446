"""Questions as parts of a page: what is asked, what can be answered, and the answer in a fold.

The page is complete without scripts; static/questions.js makes it ask. web/notebooks/course.py says where they stand.
"""

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from textwrap import indent

import nbformat
from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.writers.html5 import HTML5Translator

from nnlib._common.pair import Pair

from ..notebooks import course
from .languages import spans

NAMES = {"predict": "先猜，再看 | Predict, then look", "multiple": "想一想，可以多选 | A question with one or more answers",
         "number": "算一算 | A number", "order": "排个次序 | Put in order", "parsons": "拼出代码 | Put the code together",
         "single": "想一想 | A question"}
ANSWER, RESULT = "答案 | Answer", "结果 | Result"
INDENT = 4


class QuestionBox(nodes.General, nodes.Element):
    """A question; `told` is what the script needs to know to mark an answer."""


class Fold(nodes.General, nodes.Element):
    """What a reader opens; `summary` says what is inside."""


def open_question(self: HTML5Translator, node: QuestionBox) -> None:
    self.body.append(self.starttag(node, "div", **{"data-question": json.dumps(node["told"], ensure_ascii=False)}))


def open_fold(self: HTML5Translator, node: Fold) -> None:
    self.body.append(f"{self.starttag(node, 'details')}<summary>{spans(Pair.of(node['summary']))}</summary>")


def closing(tag: str) -> Callable[[HTML5Translator, nodes.Element], None]:
    return lambda self, node: self.body.append(f"</{tag}>\n")


class AskQuestion(SphinxDirective):
    """``{question} id``, with the question as JSON: as questions/schema.yml says, and the order in which to show it."""

    required_arguments = 1
    has_content = True

    def markdown(self, text: str, box: nodes.Element) -> None:
        self.state.nested_parse(StringList(text.splitlines(), ""), self.content_offset, box)

    def run(self) -> list[nodes.Node]:
        question = json.loads(self.content[0])
        kind, shown = question["kind"], question["shown"]
        parts = question.get("answers") or question.get("steps") or question["lines"] + question.get("distractors", [])
        parts = [parts[i] for i in shown]
        marks = ["tag_slide"] if "peer" in question else []
        box = QuestionBox(ids=[self.arguments[0]], classes=["question", "paired", f"question-{kind}", *marks])
        self.env.domains["std"].note_hyperlink_target(box["ids"][0], self.env.docname, box["ids"][0], question["id"])
        fold = Fold(classes=["question-answer"], summary=ANSWER)
        told = box["told"] = {"kind": kind, "id": question["id"]}
        stars = " " + "★" * question["level"] if "level" in question else ""
        box += nodes.rubric("", str(Pair.of(NAMES[kind]).map(lambda half: half + stars)))
        self.markdown(question["ask"], box)
        if "svg" in question:
            box += nodes.raw("", f'<div class="question-figure" role="img" aria-label="{question["alt"]}">'
                                 f'{question["svg"]}</div>', format="html", png=question["png"], alt=question["alt"])
        if "answers" in question:
            told["right"] = [i for i, answer in enumerate(parts) if "right" in answer]
            says = [answer["say"] for answer in parts]
            self.markdown(bullets(reason(answer) for answer in parts), fold)
        else:
            says = [f"`{part.strip()}`" if kind == "parsons" else part for part in parts]
            last = len(question.get("steps") or question["lines"])
            told["orders"] = [[shown.index(i) for i in order] for order in [[*range(last)], *question.get("also", [])]]
            if kind == "parsons":
                told["indents"] = [(len(part) - len(part.lstrip())) // INDENT for part in parts]
                code = "\n".join(question["lines"])
                self.markdown(f"```python\n{code}\n```\n\n{question['because']}", fold)
            else:
                self.markdown(bullets(question["steps"], "1.") + f"\n\n{question['because']}", fold)
        if kind == "number":
            told |= {"values": [float(say) for say in says], "tolerance": question.get("tolerance", 1e-9)}
        else:
            self.markdown(bullets(says), box)
        box += fold
        return [box]


def bullets(texts: Iterable[str], mark: str = "-") -> str:
    return "\n".join(f"{mark} {indent(text, ' ' * (len(mark) + 1)).lstrip()}" for text in texts)


def reason(answer: dict[str, str]) -> str:
    """An answer, whether it is right, and why."""
    say, because, sign = Pair.of(answer["say"]), Pair.of(answer["because"]), "✓" if "right" in answer else "✗"
    return str(Pair(f"{sign} {say.zh}：{because.zh}", f"{sign} {say.en}: {because.en}"))


def enrich(app: Sphinx, docname: str, source: list[str]) -> None:
    """Let Sphinx read a chapter with its questions."""
    path = Path(app.env.doc2path(docname))
    if path.suffix == ".ipynb":
        source[0] = nbformat.writes(course.read(path))


def fold_predicted(app: Sphinx, doctree: nodes.document) -> None:
    """Fold what a cell showed until the reader has said what it will show."""
    for box in list(doctree.findall(nodes.container)):
        if box.get("nb_element") == "cell_code_output" and "tag_predict" in box.parent["classes"]:
            box.replace_self(Fold("", box.deepcopy(), classes=["predicted"], summary=RESULT))
