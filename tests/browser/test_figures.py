"""Figures on a phone: no label is too small to be read, in any view of an explorer, in any question."""

import pytest

from nnlib.explorers.playground import FONT, WIDTH
from questions.bank import CHAPTERS

LEAST = 8  # pixels of the page
SMALLEST = """async () => {
    const pictures = [...document.querySelectorAll("article .drawing")].filter(svg => !svg.closest(".explorer"));
    document.querySelectorAll("details").forEach(fold => { fold.open = true; });
    function smallest(svg) {
        const labels = [...svg.querySelectorAll("text")].filter(text => text.getClientRects().length);
        const formulas = [...svg.querySelectorAll("g[transform*='scale(']")];  // of shapes for letters of 100 units
        const size = (one, units) => units * Math.hypot(one.getScreenCTM().a, one.getScreenCTM().b);
        return Math.min(...labels.map(one => size(one, parseFloat(getComputedStyle(one).fontSize))),
                        ...formulas.map(one => size(one, 100)));
    }
    const place = svg => svg.closest("figure[id], .question[id], .cell").id;
    const found = pictures.map(svg => [place(svg), smallest(svg)]);
    for (const host of document.querySelectorAll(".explorer")) {
        const spec = JSON.parse(host.dataset.explorer), drawn = host.querySelector(".explorer-drawing");
        await new Promise((done, fail) => document.head.append(
            book.newElement("script", { src: spec.drawings, onload: done, onerror: fail })));
        for (const view of book.drawings[spec.name]) {
            drawn.innerHTML = view;
            found.push([host.id, smallest(drawn.firstElementChild)]);
        }
    }
    return found;
}"""


@pytest.mark.parametrize("address", ["http"], indirect=True)  # from a disk it looks the same
@pytest.mark.parametrize("key", ["zh", "en"])
@pytest.mark.parametrize("name", [*CHAPTERS, "exercises"])
def test_every_label_can_be_read_on_a_phone(open_page, name, key):
    sizes = open_page(f"{name}.html?lang={key}", width=390).evaluate(SMALLEST)
    assert sizes
    assert not {place: size for place, size in sizes if size < LEAST}


@pytest.mark.parametrize("address", ["http"], indirect=True)
def test_the_scale_of_the_playgrounds_curves_can_be_read_on_a_phone(open_page):
    picture = open_page("playground.html", width=390).locator("#explorer-play img")
    assert picture.bounding_box()["width"] / WIDTH * FONT.size >= LEAST
