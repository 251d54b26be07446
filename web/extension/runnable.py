"""The notebooks that readers run, made from the resolved pages: in Chinese, in English and in both.

chapters/ is written in MyST, of which Jupyter shows the source. The sets hold the same code cells, with
what the page shows between them. They are written with the pages, or alone: then nothing is executed.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path

import nbformat
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.builders.dummy import DummyBuilder
from sphinx_exercise.nodes import is_exercise_node, is_solution_node

from grader import guard
from grader.assignments import folded

from ..notebooks import course
from ..project import LANGS
from .markdown import Markdown

FOLDER = "notebooks"  # in the site, and beside chapters/ where no site is built
SETS = (*LANGS, "both")
FIRST_LINE = 10_000  # MyST-NB counts the lines of cell 0 from here, and 10,000 further for each cell
SPOKEN = re.compile(r"^( *(?:[✓✗○] )?(?:[a-z\d-]+: )?)(.*[\u3400-\u9fff].* \| .*)$", re.MULTILINE)
BY_NNLIB = re.compile(r"\bnn\.ex(?:ercises|plore)\b")  # what prints in the language that the guard has told it
SOLUTION, SEEN = "解答 | Solution", "图里有什么 | What the figure shows"


class NotebookBuilder(DummyBuilder):
    """Resolves the pages and writes the notebooks alone, where the pages themselves are not wanted."""

    name = format = "notebooks"
    epilog = ""

    def get_target_uri(self, docname: str, typ: str | None = None) -> str:
        return f"{docname}.html"

    def write_doc(self, docname: str, doctree: nodes.document) -> None:
        write_notebooks(self.app, docname, "", {}, doctree)


def write_notebooks(app: Sphinx, pagename, templatename, context, doctree) -> None:
    """Write the three notebooks of a page that is one."""
    source = Path(app.env.doc2path(pagename))
    if source.suffix == ".ipynb" and doctree:
        notebook = course.read(source)
        for key in SETS:
            target = app.outdir / FOLDER / key / source.name
            target.parent.mkdir(parents=True, exist_ok=True)
            found = list(cells(notebook, doctree, Markdown(app.env, pagename, key)))
            nbformat.write(nbformat.from_dict(notebook | {"cells": [guard.cell(key), *found]}), target)


def cells(notebook: nbformat.NotebookNode, doctree: nodes.document,
          markdown: Markdown) -> Iterator[nbformat.NotebookNode]:
    """The chapter's cells, each text as the page has it, and under each figure its caption."""
    texts, boxes = defaultdict(list), {}
    for piece, solution in pieces(doctree):
        if "cell_index" in piece:
            boxes[piece["cell_index"]] = piece, solution
        elif text := markdown(piece):
            inside = solution and not isinstance(piece, nodes.title)
            texts[place(piece)].append(folded(markdown.words(SOLUTION), text) if inside else text)
    for i, cell in enumerate(notebook.cells):
        if cell.cell_type == "code":
            box, solution = boxes.get(i, (nodes.container(), False))  # no page shows the first cell of all
            hidden = solution or "hide-input" in cell.metadata.get("tags", ())
            outputs = [in_its_language(output, markdown) if BY_NNLIB.search(cell.source) else output
                       for output in cell.outputs]
            yield nbformat.from_dict(cell | {"metadata": cell.metadata | (guard.HIDDEN if hidden else {}),
                                             "outputs": outputs})
            for figure in box.findall(nodes.figure):
                yield nbformat.v4.new_markdown_cell(caption(figure, cell, markdown), id=f"{cell.id}-caption")
        elif i in texts:
            yield nbformat.v4.new_markdown_cell("\n\n".join(texts[i]), id=cell.id, metadata=cell.metadata)


def in_its_language(output: nbformat.NotebookNode, markdown: Markdown) -> nbformat.NotebookNode:
    """A stored output as nnlib prints it where the guard has told it the language of the notebook."""
    found = deepcopy(output)
    for holder, name in ((found, "text"), (found.get("data", {}), "text/plain")):
        if name in holder:
            holder[name] = SPOKEN.sub(lambda line: line[1] + markdown.words(line[2]), holder[name])
    return found


def pieces(node: nodes.Element, solution: bool = False) -> Iterator[tuple[nodes.Element, bool]]:
    """Titles, texts and code cells in their order; with each, whether it stands in a solution."""
    for child in node.children:
        around = isinstance(child, nodes.section | nodes.container) and "cell_index" not in child
        if around or is_exercise_node(child) or is_solution_node(child):
            yield from pieces(child, solution or is_solution_node(child))
        else:
            yield child, solution


def place(piece: nodes.Element) -> int:
    """Which of the chapter's cells a text stands in; the title of a solution, in the one before its first."""
    box = piece.parent if isinstance(piece, nodes.title) else piece
    first = next(node.line for node in box.findall() if (node.line or 0) >= FIRST_LINE)
    return first // FIRST_LINE - 1 - is_solution_node(box)


def caption(figure: nodes.figure, cell: nbformat.NotebookNode, markdown: Markdown) -> str:
    """Number and caption as on the page, and the figure in words for who cannot see it."""
    return (f"**{markdown.name('figure', figure)}** {markdown(figure.next_node(nodes.caption))}\n\n"
            f"{folded(markdown.words(SEEN), markdown(nodes.Text(cell.metadata.mystnb.image.alt)))}")
