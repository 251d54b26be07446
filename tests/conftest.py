"""What the book tests and the browser tests share: the built pages, and which cells an explorer rests on."""

import ast
from pathlib import Path

import pytest

SITE = Path(__file__).parents[1] / "_build" / "html"


@pytest.fixture(scope="session")
def site() -> Path:
    if not (SITE / "index.html").is_file():
        pytest.fail("expected the built pages in _build/html, found none. Run `make book` first.")
    return SITE


def names(tree, kind):
    found = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, kind)}
    if kind is ast.Store:
        found |= {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    return found


@pytest.fixture(scope="session")
def needed():
    """The code cells, in order, that the cell at a place rests on: the imports and who sets its names."""

    def needed(cells, place):
        first, *before = (cell for cell in cells[:place + 1] if cell.cell_type == "code")
        kept, wanted = [], set()
        for cell in reversed(before):
            tree = ast.parse(cell.source)
            given = names(tree, ast.Store)
            if not kept or given & wanted:
                kept.append(cell)
                wanted = wanted - given | names(tree, ast.Load)
        return [first, *reversed(kept)]

    return needed
