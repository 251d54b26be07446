"""Every view of every explorer, as the book build drew it."""

import base64
import gzip
import io
import json
import re
from itertools import product

import pytest
from bs4 import BeautifulSoup
from PIL import Image

from nnlib.explorers.playground import MISSIONS, SIDE, STRIP, WIDTH
from tests.book import notebooks
from web.extension.explorers import MAX_BYTES, view

BOTH = re.compile(r".*[\u3400-\u9fff].* \| [^\u3400-\u9fff|]+")  # 中文 | English
SIZE = re.compile(r'width="(\d+)" height="(\d+)" viewBox')
UNTRANSLATED = re.compile(r"<text[^>]*>(?!sigmoid|tanh|p?relu|ReLU)[^<]*[A-Za-z]{2}")
CELLS = {name: sum("nn.explore(" in cell.source for cell in notebook.cells)
         for name, notebook in notebooks().items()}


@pytest.mark.parametrize("chapter", sorted(CELLS.keys() - {"exercises", "playground"}))
def test_every_view(site, chapter):
    panels = BeautifulSoup((site / f"{chapter}.html").read_text("utf-8"), "html.parser").select(".explorer")
    assert len(panels) == CELLS[chapter] > 0
    for panel in panels:
        spec = json.loads(panel["data-explorer"])
        controls, start = spec["controls"], [control["start"] for control in spec["controls"]]
        assert all(BOTH.fullmatch(control["label"]) for control in controls), controls
        choices = list(product(*(range(len(control["values"])) for control in controls)))
        assert len(spec["frames"]) == len(choices)
        texts = {choice: view(spec, choice)["text"] for choice in choices}
        assert all(map(BOTH.fullmatch, texts.values()))
        drawn = json.loads((site / spec["drawings"]).read_text("utf-8").partition(" = ")[2].rstrip(";"))
        pictures = {choice: drawn[view(spec, choice)["drawing"]] for choice in choices}
        assert len({SIZE.search(picture).groups() for picture in drawn}) == 1, "the panel would jump"
        assert max(len(gzip.compress(picture.encode())) for picture in drawn) <= MAX_BYTES
        assert not [picture for picture in drawn if UNTRANSLATED.search(picture)]
        for i, control in enumerate(controls):  # moving any control changes what is shown
            row = [(*start[:i], place, *start[i + 1:]) for place in range(len(control["values"]))]
            assert len({texts[choice] for choice in row}) > len(row) / 2, control
            assert len({pictures[choice] for choice in row}) == len(row), control


def test_of_the_playground_the_first_view_is_drawn(site):
    page = BeautifulSoup((site / "playground.html").read_text("utf-8"), "html.parser")
    (panel,) = page.select(".explorer")
    spec = json.loads(panel["data-explorer"])
    (frame,) = spec["frames"]
    assert spec["live"]
    assert all(BOTH.fullmatch(control["label"]) for control in spec["controls"])
    assert BOTH.fullmatch(frame["text"])
    assert "nn.fit" in frame["code"]
    image = panel.select_one("img")
    assert image["src"] == frame["src"]
    assert BOTH.fullmatch(image["alt"])
    png = base64.b64decode(frame["src"].removeprefix("data:image/png;base64,"))
    assert Image.open(io.BytesIO(png)).size == (WIDTH, SIDE + STRIP)
    assert len(png) < 2 * MAX_BYTES
    lists = [[item.get_text() for item in one.select("li")] for one in page.select("article ol")]
    assert [len(items) for items in lists] == [len(MISSIONS)] * 2
