"""Every view of every explorer in the chapters is drawn, as the book build draws it."""

import ast
import io
import re

import pytest
from PIL import Image

from web.extension.explorers import MAX_BYTES, small
from web.project import notebooks

BOTH = re.compile(r".*[\u3400-\u9fff].* \| [^\u3400-\u9fff|]+")  # 中文 | English


def explorers():
    for notebook in notebooks().values():
        for place, cell in enumerate(notebook.cells):
            if "nn.explore(" in cell.source:
                yield pytest.param(notebook.cells, place, id=cell.id)


@pytest.mark.parametrize(("cells", "place"), list(explorers()))
def test_every_view(cells, place, needed, monkeypatch, capsys):
    *before, last = needed(cells, place)
    space = {}
    for cell in before:
        exec(compile(cell.source, "<cell>", "exec"), space)
    space["plt"].close("all")
    monkeypatch.setenv("NNLIB_FRAMES", "1")  # what the book build sets: all views are drawn at once
    tree = ast.parse(last.source)
    call = ast.Expression(tree.body.pop().value)
    exec(compile(tree, "<cell>", "exec"), space)
    explorer = eval(compile(call, "<cell>", "eval"), space)

    controls = explorer.spec()["controls"]
    assert all(BOTH.fullmatch(control["label"]) for control in controls), controls
    frames = {choice: explorer.frames[choice] for choice in explorer.choices()}
    assert len(frames) == explorer.n_views
    pictures = [Image.open(io.BytesIO(frame["image"])) for frame in frames.values()]
    assert len({picture.size for picture in pictures}) == 1, "the panel would jump"
    assert max(len(small(picture.convert("RGB"))) for picture in pictures) <= MAX_BYTES
    assert all(BOTH.fullmatch(frame["text"]) for frame in frames.values())
    for i, control in enumerate(controls):  # moving any control changes what is shown
        row = [frame for choice, frame in frames.items()
               if all(choice[k] == explorer.start[k] for k in range(len(choice)) if k != i)]
        assert len({frame["text"] for frame in row}) > len(control["values"]) / 2, control
        assert len({frame["image"] for frame in row}) == len(control["values"]), control


def test_every_chapter_has_one():
    chapters = {cells.values[0][0].id.split("-")[0] for cells in explorers()}
    assert chapters == notebooks().keys() - {"exercises"}
