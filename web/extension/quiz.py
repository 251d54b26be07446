"""Questions as parts of a page: what is asked, what can be answered, and the answer in a fold."""

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from textwrap import indent

import nbformat
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.writers.html5 import HTML5Translator

from nnlib._common.pair import Pair
from questions import bank

from ..notebooks import course
from .languages import spans

NAMES = {"predict": "先猜，再看 | Predict, then look", "single": "想一想 | A question",
         "multiple": "想一想，可以多选 | A question with one or more answers", "number": "算一算 | A number",
         "order": "排个次序 | Put in order", "parsons": "拼出代码 | Put the code together"}
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

    def run(self) -> list[nodes.Node]:
        question, place = json.loads(self.content[0]), self.arguments[0]
        kind, shown, stars = question["kind"], question["shown"], "★" * question.get("level", 0)
        parts = [bank.parts(question)[i] for i in shown]
        told = {"kind": kind, "id": question["id"]}
        box = QuestionBox(ids=[place], told=told, classes=["question", "paired", f"question-{kind}"])
        if "peer" in question:
            box["classes"].append("tag_slide")
        self.env.domains["std"].note_hyperlink_target(place, self.env.docname, place, question["id"])
        box += nodes.rubric("", str(Pair.of(NAMES[kind]).map(lambda half: f"{half} {stars}".rstrip())))
        box += self.parse_text_to_nodes(question["ask"])
        if "svg" in question:
            box += nodes.raw("", f'<div class="question-figure" role="img" aria-label="{question["alt"]}">'
                                 f'{question["svg"]}</div>', format="html", png=question["png"], alt=question["alt"])
        if "answers" in question:
            says, solution = [answer["say"] for answer in parts], bullets(map(reason, parts))
            told["right"] = [i for i, answer in enumerate(parts) if "right" in answer]
        else:
            right = [bank.parts(question)[i] for i in bank.orders(question)[0]]
            says, solution = parts, bullets(right, "1.")
            told["orders"] = [[shown.index(i) for i in order] for order in bank.orders(question)]
        if kind == "parsons":
            says, solution = [f"`{part.strip()}`" for part in parts], "\n".join(["```python", *right, "```"])
            told["indents"] = [(len(part) - len(part.lstrip())) // INDENT for part in parts]
        if kind == "number":
            told |= {"values": [float(say) for say in says], "tolerance": question.get("tolerance", 1e-9)}
        else:
            box += self.parse_text_to_nodes(bullets(says))
        box += Fold("", *self.parse_text_to_nodes(f"{solution}\n\n{question.get('because', '')}"),
                    classes=["question-answer"], summary=ANSWER)
        return [box]


def bullets(texts: Iterable[str], mark: str = "-") -> str:
    return "\n".join(f"{mark} {indent(text, ' ' * (len(mark) + 1)).lstrip()}" for text in texts)


def reason(answer: dict[str, str]) -> str:
    """An answer, whether it is right, and why."""
    say, because = Pair.of(bank.spelled(answer["say"])), Pair.of(answer["because"])
    sign = "✓" if "right" in answer else "✗"
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
