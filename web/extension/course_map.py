"""``{course-map} chapter``: goals, the sections that serve them, and their questions, exercises and terms, as a table."""

import re
from collections.abc import Iterator

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.util.docutils import SphinxDirective

from grader import assignments
from nnlib._common.pair import BAR, Pair
from nnlib.exercises.selfcheck import EXERCISES

from ..notebooks import course

HEAD = ("目标 | Goal", "小节 | Sections", "问题 | Questions", "练习（分） | Exercises (points)", "术语 | Terms")
ESCAPED = BAR.replace("|", "\\|")  # in the cell of a table
GOAL = re.compile(r"^- (.+?)[；。;.]?$", re.MULTILINE)


class CourseMap(SphinxDirective):
    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        chapter = self.arguments[0]
        found = course.sections(chapter)
        whole, first = sum(one.minutes for one in found), sum(one.minutes for one in found if not one.skip)
        time = Pair(f"全章约 {whole} 分钟，第一遍约 {first} 分钟。", f"About {whole} minutes, {first} of them on a first reading.")
        rows = [HEAD, ["---"] * len(HEAD), *table(chapter)]
        text = [str(time), "", *("| " + " | ".join(cell.replace(BAR, ESCAPED) for cell in row) + " |" for row in rows)]
        box = nodes.container(classes=["paired"])
        self.state.nested_parse(StringList(text, ""), self.content_offset, box)
        return [box]


def goals(chapter: str) -> list[Pair]:
    """What a reader can do afterwards, as the chapter's opening promises it."""
    zh, en = (GOAL.findall(cell.source) for cell in course.sections(chapter)[0].cells if "-opening-" in cell.id)
    return [Pair(*both) for both in zip(zh, en, strict=True)]


def table(chapter: str) -> Iterator[list[str]]:
    """A row for each goal."""
    points = {id: len(EXERCISES[id].tests) for id in assignments.load(chapter).exercises}
    by_hand = assignments.load(chapter).written
    for number, goal in enumerate(goals(chapter), 1):
        sections = [one for one in course.sections(chapter) if any(q["goal"] == number for q in one.questions)]
        asked = [q["id"] for one in sections for q in one.questions if q["goal"] == number]
        tried = {course.exercise_id(cell): cell for one in course.sections(chapter) for cell in one.exercises
                 if cell.metadata.exercise["goal"] == number}
        marks = {id: points[id] + by_hand.get(f"{id}-answer", 0) for id in tried if id in points}
        words = Pair("zh", "en").map(lambda key: ", ".join(f"{{term}}`{term}`" for term in dict.fromkeys(
            term for one in sections for term in one.terms(key))))  # noqa: B023
        yield [str(goal), ", ".join(f"{{ref}}`{one.label}`" for one in sections),
               " ".join(f"{{ref}}`{i} <question-{id}>`" for i, id in enumerate(asked, 1)),
               ", ".join(f"{{ref}}`ex-{id}`" + (f" ({marks[id]})" if id in marks else "") for id in tried),
               str(words)]
