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
GOAL = re.compile(r"^- (.+?)[；。;.]?$", re.MULTILINE)


class CourseMap(SphinxDirective):
    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        chapter = self.arguments[0]
        found = course.sections(chapter)
        whole, first = sum(one.minutes for one in found), sum(one.minutes for one in found if not one.skip)
        time = Pair(f"全章约 {whole} 分钟，第一遍约 {first} 分钟。",
                    f"About {whole} minutes, {first} of them on a first reading.")
        rows = [HEAD, ["---"] * len(HEAD), *table(chapter)]
        text = [str(time), "", *("| " + " | ".join(cell.replace(BAR, ESCAPED) for cell in row) + " |" for row in rows)]
        return [nodes.container("", *self.parse_text_to_nodes("\n".join(text)), classes=["paired"])]


def table(chapter: str) -> Iterator[list[str]]:
    """A row for each goal: what a reader can do afterwards, as the chapter's opening promises it."""
    goals = [GOAL.findall(cell.source) for cell in course.sections(chapter)[0].cells if "-opening-" in cell.id]
    homework = assignments.load(chapter)
    points = {id: len(EXERCISES[id].tests) + homework.written.get(f"{id}-answer", 0) for id in homework.exercises}
    for number, words in enumerate(zip(*goals, strict=True), 1):
        sections = [one for one in course.sections(chapter) if any(q["goal"] == number for q in one.questions)]
        asked = [q["id"] for one in sections for q in one.questions if q["goal"] == number]
        tried = [id for one in course.sections(chapter) for id, goal in one.exercises.items() if goal == number]
        terms = [TERM.findall("\n".join(one.text(key) for one in sections)) for key in Pair._fields]
        yield [str(Pair(*words)), ", ".join(f"{{ref}}`{one.label}`" for one in sections),
               " ".join(f"{{ref}}`{i} <question-{id}>`" for i, id in enumerate(asked, 1)),
               ", ".join(f"{{ref}}`ex-{id}`" + (f" ({points[id]})" if id in points else "") for id in tried),
               str(Pair(*(", ".join(f"{{term}}`{term}`" for term in dict.fromkeys(found)) for found in terms)))]
