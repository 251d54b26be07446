"""Notebooks for readers of English: the same cells, each English one before its Chinese twin.

Binder makes them when it builds (postBuild); the notebooks in chapters/ have Chinese first.
"""

import copy
import re
from itertools import pairwise

import nbformat

from ..project import ROOT, notebooks, save

FOLDER = "english"  # beside chapters/
HEADING = re.compile(r"^(#+ )(.+) \| (.+)$", re.MULTILINE)


def tagged(cell: nbformat.NotebookNode, tag: str) -> bool:
    return tag in cell.metadata.get("tags", [])


def english_first(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """A copy in which English comes first: of two twin cells, and of the halves of a heading."""
    cells = copy.deepcopy(notebook.cells)
    for i, (cell, twin) in enumerate(pairwise(cells)):
        if tagged(cell, "lang-zh") and tagged(twin, "lang-en"):
            cells[i], cells[i + 1] = twin, cell
    for cell in cells:
        if cell.cell_type == "markdown":
            cell.source = HEADING.sub(r"\1\3 | \2", cell.source)
    return nbformat.from_dict(notebook | {"cells": cells})


def main() -> None:
    (ROOT / FOLDER).mkdir(exist_ok=True)
    for name, notebook in notebooks().items():
        save(english_first(notebook), ROOT / FOLDER / f"{name}.ipynb")


if __name__ == "__main__":
    main()
