"""Each chapter's page, with every cell run in it, from the first to the last.

It takes longest, so it is good that it comes early in the alphabet:
the other files pass meanwhile, on another core.
"""

import pytest

from tests.book import notebooks
from tests.browser.running import ISOLATED, finished
from web.extension.explorers import view

CHAPTERS = {name: notebook.cells for name, notebook in notebooks().items()}
SHOWN = """() => Object.fromEntries([...document.querySelectorAll("div.cell")].map(cell => [cell.id, {
    text: [...cell.querySelectorAll(".output pre")].map(pre => pre.textContent).join(""),
    line: [...cell.querySelectorAll(".explorer-text")].map(line => line.textContent).join(""),
    pictures: cell.querySelectorAll(".cell_output .drawing").length,
    fault: [...cell.querySelectorAll(".live-error, .explorer-error:not([hidden])")]
        .map(e => e.textContent).join(""),
}]))"""
DRAWN = """() => [...document.querySelectorAll(".cell_output .drawing")]
    .every(drawing => drawing.querySelector("text") && drawing.getBoundingClientRect().width > 50)"""
PUBLISHED_PANEL = """async place => {
    const html = await (await fetch(location.href)).text();
    const page = new DOMParser().parseFromString(html, "text/html");
    return JSON.parse(page.querySelector(place).dataset.explorer);
}"""


def no_blank_lines(text):
    return [line for line in text.splitlines() if line.strip()]


@pytest.fixture(scope="module")
def address(serve, python_site):
    with serve(python_site, "/repo/", ISOLATED) as url:
        yield url


@pytest.fixture(scope="module", params=CHAPTERS)
def chapter(request, visiting, address):
    """A chapter's cells, its page before they ran, and after."""
    with visiting(address) as visit:
        page = visit.open(f"{request.param}.html?lang=en")
        published = page.evaluate(SHOWN)
        page.locator(".live-above").last.click()
        finished(page)
        yield CHAPTERS[request.param], published, page


def test_every_cell_shows_what_is_published(chapter):
    """Numbers to the printed digits; times are not compared."""
    cells, published, page = chapter
    page.wait_for_function("[...document.querySelectorAll('.explorer-text')].every(line => line.textContent)")
    shown = page.evaluate(SHOWN)
    code = {f"cell-{cell.id}": cell for cell in cells if cell.cell_type == "code"}
    assert shown.keys() == published.keys() == code.keys()
    assert not [one["fault"] for one in shown.values() if one["fault"]]
    page.wait_for_function(DRAWN)
    for key in code:
        assert shown[key]["pictures"] == published[key]["pictures"], key
        assert shown[key]["line"] == published[key]["line"], key
        if "nbval-ignore-output" not in code[key].metadata.get("tags", ()):
            assert no_blank_lines(shown[key]["text"]) == no_blank_lines(published[key]["text"]), key


def test_every_panel_answers(chapter):
    cells, _, page = chapter
    for place in (cell.id for cell in cells if cell.cell_type == "code" and "nn.explore(" in cell.source):
        spec = page.evaluate(PUBLISHED_PANEL, f"#cell-{place} .explorer")
        host = page.locator(f"#cell-{place} .explorer")
        drawing, line = host.locator(".explorer-drawing"), host.locator(".explorer-text")
        first = drawing.inner_html()
        first_control, *others = spec["controls"]
        choice = len(first_control["values"]) - 1
        host.locator("select, input").first.evaluate(
            "(input, i) => { input.value = i; input.dispatchEvent(new Event('input')); }", choice)
        frame = view(spec, [choice, *(other["start"] for other in others)])
        line.filter(has_text=frame["text"]).wait_for()
        assert drawing.inner_html() != first
        assert drawing.get_attribute("aria-label")
        assert page.locator(f"#cell-{place} figcaption").is_visible()
