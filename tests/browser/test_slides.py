"""The slides in a real browser: four decks, cut from the cells of the chapters; nothing comes from elsewhere."""

import re
import subprocess
import sys
from html import unescape
from io import BytesIO

import pytest
from pypdf import PdfReader

from questions import bank
from tests.book import notebooks
from tests.browser.running import finished
from tests.chapters.test_teaching import PARTS, rows
from web.project import ROOT
from web.publish import slides

CHAPTERS = [*bank.CHAPTERS]
SCREEN = {"width": 1200, "height": 800}
# What of a slide cannot be seen: pixels below it, as it stands and after scrolling; code that is too small or cut.
UNSEEN = """(open) => Reveal.getSlides().map((slide) => {
    const { h, v } = Reveal.getIndices(slide);
    Reveal.slide(h, v);
    const seen = (part) => !part.closest(".notes") && part.checkVisibility();
    const parts = (what) => [...slide.querySelectorAll(what)].filter(seen);
    if (open) parts("details").forEach((fold) => { fold.open = true; });
    const more = slide.scrollHeight - slide.clientHeight, scrolls = getComputedStyle(slide).overflowY === "auto";
    slide.scrollTop = more;
    const ends = parts("p, pre, li, svg, .live-bar, figure").filter((part) => !part.closest(".cell_input"))
        .map((part) => part.getBoundingClientRect().bottom);
    const below = Math.max(...ends) - slide.getBoundingClientRect().bottom;
    slide.scrollTop = 0;
    const code = parts(".cell pre").filter((part) => parseFloat(getComputedStyle(part).fontSize) < 18
        || part.scrollWidth > part.clientWidth);
    const boxes = parts(".cell_input").filter((box) => box.scrollHeight > box.clientHeight
        && getComputedStyle(box).overflowY !== "auto");
    const unseen = [open && scrolls ? 0 : more, Math.max(0, Math.round(below) - 1), code.length, boxes.length];
    return [slide.querySelector("h1, h2, h3").textContent, ...unseen];
}).filter(([title, ...unseen]) => unseen.some(Boolean))"""
GO = """(inside) => {
    const slide = document.querySelector(inside).closest("section"), { h, v } = Reveal.getIndices(slide);
    Reveal.slide(h, v);
}"""


@pytest.fixture(scope="module")
def decks(site):
    """The decks that `make slides` has built since the pages and what makes slides last changed, or new ones."""
    made = [slides.FOLDER / f"{name}.html" for name in CHAPTERS]
    sources = [site / "index.html", slides.LOOK, slides.LOOK.with_name("slides.py"),
               *ROOT.glob("chapters/*.ipynb"), ROOT / "chapters" / "teaching.md", *ROOT.glob("questions/*.yml")]
    newest = max(path.stat().st_mtime for path in sources)
    if not all(path.is_file() and path.stat().st_mtime > newest for path in made):
        subprocess.run([sys.executable, "-m", "web.publish.slides"], cwd=ROOT, check=True)
    return slides.FOLDER.as_uri()


@pytest.fixture(scope="module", params=CHAPTERS)
def chapter(request):
    return request.param


@pytest.fixture
def open_deck(visiting, decks):
    with visiting(decks, **SCREEN) as visit:
        yield visit.open


def tagged(chapter):
    return [cell for cell in notebooks()[chapter].cells if "slide" in cell.metadata.get("tags", ())]


def test_both_twins_of_a_text_are_on_a_slide(chapter):
    texts = [cell.id for cell in tagged(chapter) if cell.cell_type == "markdown"]
    assert texts
    assert [name for name in texts if name.endswith("-zh")] == [f"{name[:-2]}zh" for name in texts[1::2]]
    assert [name for name in texts if name.endswith("-en")] == [f"{name[:-2]}en" for name in texts[::2]]


def test_a_deck_holds_what_was_tagged_and_its_notes_the_rest(open_deck, chapter):
    page = open_deck(f"{chapter}.html?lang=both")
    assert 25 <= page.evaluate("Reveal.getTotalSlides()") <= 60
    shown = page.locator("section > .cell").evaluate_all("cells => cells.map((cell) => cell.id)")
    assert shown == [f"cell-{cell.id}" for cell in tagged(chapter) if cell.cell_type == "code"]
    figures = [cell.metadata.mystnb.figure.name for cell in tagged(chapter) if "mystnb" in cell.metadata]
    assert page.locator("section > .cell figure").evaluate_all("all => all.map((one) => one.id)") == figures
    asked = [question["id"] for question in bank.questions(chapter) if "peer" in question]
    assert 5 <= len(asked) <= 8
    assert page.locator("section > .question:not(.question-predict)").evaluate_all(
        "all => all.map((one) => JSON.parse(one.dataset.question).id)") == asked
    code = page.locator(".cell").evaluate_all("cells => cells.map((cell) => cell.id)")
    assert code == [f"cell-{cell.id}" for cell in notebooks()[chapter].cells if cell.cell_type == "code"]
    for key in ("zh", "en"):
        assert page.locator(f".notes .lang-{key}").count() > 20


@pytest.mark.parametrize("key", ["zh", "en", "both"])
def test_a_slide_fits_the_screen_and_shows_its_language(visiting, serve, site, decks, chapter, key):
    """From a server, which brings the buttons that run code; what a reader opens may scroll."""
    with serve(site) as address, visiting(address, **SCREEN) as visit:
        page = visit.open(f"slides/{chapter}.html?lang={key}")
        assert page.evaluate(UNSEEN, False) == []
        page.evaluate("Reveal.slide(0, 0)")
        for other in ("zh", "en"):
            assert page.locator(f"section > .lang-{other}").first.is_visible() == (key in (other, "both"))
            if key not in (other, "both"):  # nor does the speaker see it
                assert not page.locator(f".notes .lang-{other}").count()
        assert page.evaluate(UNSEEN, True) == []


def test_demonstrations_of_the_plan_are_links_on_their_sections_last_slide(open_deck, chapter):
    page, found = open_deck(f"{chapter}.html?lang=en"), rows(PARTS[chapter], "Demonstrations")
    links = page.locator("section > p > a[href*='playground.html']")
    assert links.evaluate_all("all => all.map((link) => link.getAttribute('href'))") == \
        ["../" + unescape(re.search(r'href="([^"]+)"', row[0])[1]) for row in found]
    sections = links.evaluate_all("""links => links.map((link) => [link.target,
        link.closest("section").nextElementSibling?.querySelector("h3")?.textContent,
        link.closest("section").querySelector("h1, h2, h3").textContent])""")
    assert len(sections) == len(found) > 1
    assert not [one for one in sections if one[0] != "_blank" or one[1] == one[2]]


def test_a_vote_is_counted_and_a_prediction_opens_its_result(open_deck):
    page = open_deck("intro.html?lang=en")
    page.evaluate(GO, ".question-single")
    box = page.locator(".question-single").first
    box.locator("label").first.click()
    box.get_by_role("button", name="Check").click()
    assert re.search("Right|Not yet", box.locator(".question-said").inner_text())
    page.evaluate(GO, ".question-predict")
    guess, result = page.locator(".question-predict").first, page.locator("section > .cell details.predicted").first
    assert not result.locator("pre").is_visible()
    guess.locator("label").first.click()
    guess.get_by_role("button", name="Check").click()
    assert result.locator("pre").is_visible()


@pytest.mark.parametrize("key", ["zh", "en", "both"])
def test_a_deck_prints_a_page_per_slide_and_no_code_is_cut(open_deck, chapter, key):
    page = open_deck(f"{chapter}.html?lang={key}&print-pdf")
    page.locator(".pdf-page").last.wait_for()
    count = page.evaluate("Reveal.getTotalSlides()")
    assert page.locator(".pdf-page").count() == count
    assert len(PdfReader(BytesIO(page.pdf(prefer_css_page_size=True, print_background=True))).pages) == count
    assert not page.evaluate("""() => [...document.querySelectorAll("section, section :is(.cell_input, pre)")]
        .filter((part) => !part.closest(".notes") && part.scrollHeight > part.clientHeight + 1)
        .map((part) => part.textContent)""")


def test_code_runs_on_a_slide_and_keys_stay_in_the_editor(visiting, serve, python_site, decks):
    with serve(python_site) as address, visiting(address, **SCREEN) as visit:
        page = visit.open("slides/architecture.html?lang=en")
        page.evaluate(GO, "#cell-architecture-r2-two")
        box, place = page.locator("#cell-architecture-r2-two"), page.evaluate("Reveal.getIndices()")
        box.locator(".live-above").click()  # with the imports, which are on no slide
        finished(page)
        assert "2 layers, 6 neurons" in box.locator(".cell_output").inner_text()
        assert box.locator("figure svg").is_visible()
        box.locator(".live-edit").click()
        editor = box.locator(".cm-content")
        editor.fill("print(6 *7)")
        for key in ("ArrowLeft", "ArrowLeft", "Space", "End", "Shift+Enter"):
            editor.press(key)
        finished(page)
        assert box.locator(".cell_output").inner_text().strip() == "42"
        assert page.evaluate("Reveal.getIndices()") == place
