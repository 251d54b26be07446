"""``{course-map} chapter``: a table of goals with the sections, questions, exercises and terms that serve them."""

import re
from collections.abc import Iterator

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from grader import assignments
from nnlib._common.pair import BAR, Pair
from nnlib.exercises.selfcheck import EXERCISES

from ..notebooks import course

HEAD = ("目标 | Goal", "小节 | Sections", "问题 | Questions", "练习（分） | Exercises (points)", "术语 | Terms")
ESCAPED = BAR.replace("|", "\\|")  # in the cell of a table
TERM = re.compile(r"\{term\}`(?:[^`<]*<)?([^`>]+)")
KINDS = {"single": "单选 | one answer", "multiple": "多选 | several answers", "number": "算数 | a number",
         "order": "排序 | an order", "parsons": "拼代码 | code"}
GOAL = re.compile(r"^- (.+?)[；。;.]?$", re.MULTILINE)


class CourseMap(SphinxDirective):
    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        chapter = self.arguments[0]
        found = course.sections(chapter)
        whole, first = sum(one.minutes for one in found), sum(one.minutes for one in found if not one.skip)
        points, by_hand = (homework := assignments.load(chapter)).points, sum(homework.written.values())
        time = Pair(f"全章约 {whole} 分钟，第一遍约 {first} 分钟。作业满分 {points} 分，其中 {by_hand} 分人工批阅。",
                    f"About {whole} minutes, {first} on a first reading. Homework: {points} points, {by_hand} by hand.")
        rows = [HEAD, ["---"] * len(HEAD), *table(chapter)]
        text = [str(time), "", *("| " + " | ".join(cell.replace(BAR, ESCAPED) for cell in row) + " |" for row in rows)]
        return [nodes.container("", *self.parse_text_to_nodes("\n".join(text)), classes=["paired"])]


def table(chapter: str) -> Iterator[list[str]]:
    """A row for each goal: what a reader can do afterwards, as the chapter's opening promises it."""
    goals = [GOAL.findall(cell.source) for cell in course.sections(chapter)[0].cells if "-opening-" in cell.id]
    homework = assignments.load(chapter)
    points = {id: f" ({len(EXERCISES[id].tests) + homework.written.get(f'{id}-answer', 0)})"
              for id in homework.exercises}
    for number, words in enumerate(zip(*goals, strict=True), 1):
        sections = [one for one in course.sections(chapter) if any(q["goal"] == number for q in one.questions)]
        asked = [(kind, q["id"]) for kind in KINDS for one in sections for q in one.questions
                 if (q["kind"], q["goal"]) == (kind, number)]
        links = [(kind, f"{{ref}}`{place} <question-{id}>`") for place, (kind, id) in enumerate(asked, 1)]
        kinds = {kind: " ".join(link for of, link in links if of == kind) for kind in KINDS}
        tried = [id for one in course.sections(chapter) for id, goal in one.exercises.items() if goal == number]
        terms = [TERM.findall("\n".join(one.text(key) for one in sections)) for key in Pair._fields]
        cells = [(comma.join(f"{Pair.of(KINDS[kind]).read(key)} {own}" for kind, own in kinds.items() if own),
                  comma.join(f"{{ref}}`ex-{id}` {course.title(id).read(key)}" + points.get(id, "") for id in tried),
                  comma.join(f"{{term}}`{term}`" for term in dict.fromkeys(found)))
                 for key, comma, found in zip(Pair._fields, ("、", ", "), terms, strict=True)]
        yield [str(Pair(*words)), ", ".join(f"{{ref}}`{one.label}`" for one in sections),
               *(str(Pair(*halves)) for halves in zip(*cells, strict=True))]
