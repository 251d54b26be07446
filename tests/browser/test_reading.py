"""What a reader sees and does: choose a language, keep it, search, read on a phone."""

import gzip
import re
from urllib.parse import parse_qs

import pytest

from questions.bank import CHAPTERS
from web.project import pages

DRAWING = re.compile(rb'<svg [^>]*class="drawing".*?</svg>', re.DOTALL)
SERVED = pytest.mark.parametrize("address", ["http"], indirect=True)
VISIBLE = """language => [...document.querySelectorAll(`article .lang-${language}`)]
    .filter(element => element.offsetParent).length"""
LOADED = "family => [...document.fonts].some(f => f.family.includes(family) && f.status === 'loaded')"


def shown(page):
    return {language for language in ("zh", "en") if page.evaluate(VISIBLE, language)}


CHOICES = {"zh": {"zh"}, "en": {"en"}, "both": {"zh", "en"}}


def test_the_switch_shows_what_it_says_and_remembers(open_page):
    page = open_page("index.html", locale="en-US")
    assert shown(page) == {"en"}  # an English browser starts in English
    title_en = page.title()
    for choice in ("zh", "both", "en", "zh"):
        page.locator(f".language-switch label:has(input[value={choice}])").click()
        assert shown(page) == CHOICES[choice]
    assert page.title() != title_en
    assert page.evaluate("document.documentElement.lang") == "zh-CN"
    page.reload()
    assert shown(page) == {"zh"}
    page.locator("article a[href='glossary.html'] >> visible=true").first.click()
    page.wait_for_url("**/glossary.html")
    assert shown(page) == {"zh"}


@pytest.mark.parametrize("choice", CHOICES)
def test_an_address_can_name_the_language(open_page, choice):
    page = open_page(f"index.html?lang={choice}")
    assert shown(page) == CHOICES[choice]
    assert page.locator(f".language-switch input[value={choice}]").is_checked()


def test_a_chinese_browser_starts_in_chinese(open_page):
    assert shown(open_page("index.html", locale="zh-CN")) == {"zh"}


def test_nothing_flashes(browser, address):
    """The language is set before the body is read: it holds even if the switch's script never comes."""
    page = browser.new_page()
    page.route("**/language.js*", lambda route: route.abort())
    page.goto(f"{address}/index.html?lang=zh")
    assert shown(page) == {"zh"}
    page.close()


def test_without_javascript_both_languages_show_and_no_switch(open_page):
    page = open_page("index.html?lang=zh", java_script_enabled=False)
    for key in ("zh", "en"):
        assert page.locator(f"article div.lang-{key}").first.is_visible()
    assert not page.locator(".language-switch").is_visible()


def test_words_in_attributes_follow_the_switch(open_page):
    page = open_page("intro.html?lang=zh")
    picture = page.locator("article [role=img]").first
    zh = picture.get_attribute("aria-label")
    page.locator(".language-switch label:has(input[value=en])").click()
    assert picture.get_attribute("aria-label") != zh
    page.locator(".language-switch label:has(input[value=both])").click()
    assert picture.get_attribute("aria-label").startswith(f"{zh} | ")


def test_the_chosen_language_shows_where_the_system_chooses_the_colours(open_page):
    page = open_page("index.html?lang=en", forced_colors="active")
    looks = page.locator(".language-switch label > span").evaluate_all(
        "labels => labels.map(label => getComputedStyle(label).backgroundColor)")
    assert looks[0] == looks[2] != looks[1]


@SERVED
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("way", ["address", "contents", "typed"])
def test_a_way_to_a_place_leads_there(open_page, way, width):
    """Sections far from the screen have guessed heights until somebody goes there."""
    place = "real-pictures"
    page = open_page("intro.html?lang=en" + (f"#{place}" if way == "address" else ""), lazy=True, width=width)
    assert page.evaluate("'lazy' in document.documentElement.dataset") == (way != "address")
    if way == "contents":
        page.locator(f".bd-sidebar-secondary a[href='#{place}']").evaluate("link => link.click()")
    elif way == "typed":
        page.evaluate("place => { location.hash = place; }", place)
    title = page.locator(f"#{place} > h2").element_handle()
    page.wait_for_function("title => Math.abs(title.getBoundingClientRect().y - 100) < 50", arg=title)
    page.wait_for_timeout(500)  # it stays there: nothing above it grows
    assert 50 < title.bounding_box()["y"] < 150


@pytest.mark.parametrize("word", ["过拟合", "反向传播", "overfitting", "gradient check"])
def test_search_finds(open_page, word):
    page = open_page(f"search.html?q={word}")
    page.locator("#search-results li a").first.wait_for()
    links = page.locator("#search-results li a").evaluate_all("links => links.map(a => a.href)")
    assert any("glossary.html" in link for link in links)


@SERVED  # from a disk it is the same with fewer buttons
@pytest.mark.parametrize("name", pages())
def test_page_fits_a_phone(open_page, name):
    page = open_page(f"{name}.html", width=320)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.wait_for_function("scheme => document.documentElement.dataset.theme === scheme", arg=scheme)
        for choice in CHOICES:
            page.locator(f".language-switch label:has(input[value={choice}])").click()
            assert page.evaluate("document.documentElement.scrollWidth") <= 320, (scheme, choice)


WORDS_CUT = """() => [...document.querySelectorAll("article .drawing text")].flatMap(text => {
    const words = text.getBoundingClientRect();
    for (let box = text.closest("svg").parentElement; words.width && box; box = box.parentElement) {
        const { left, right } = box.getBoundingClientRect();
        if (getComputedStyle(box).overflowX !== "visible" && (words.left < left - 1 || words.right > right + 1))
            return [text.textContent];
    }
    return [];
})"""


@SERVED
@pytest.mark.parametrize("name", ["intro", "architecture", "activations", "overfitting"])
def test_no_figure_loses_the_end_of_its_words(open_page, name):
    page = open_page(f"{name}.html")
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 800})
        for choice in CHOICES:
            page.locator(f".language-switch label:has(input[value={choice}])").click()
            assert not page.evaluate(WORDS_CUT), (width, choice)


def test_formulas_use_their_own_fonts(open_page):
    page = open_page("intro.html")
    page.evaluate("document.fonts.ready")
    assert page.evaluate(LOADED, "KaTeX_Math")


@SERVED
@pytest.mark.parametrize("name", CHAPTERS)
def test_a_chapter_is_light(browser, address, name):
    """Under 500 kB packed, with fonts, styles and scripts; figures and explorers come on top, under 700 kB."""
    page = browser.new_page()
    got = []
    page.on("response", lambda answer: got.append(answer))
    page.goto(f"{address}/{name}.html?lang=both", wait_until="networkidle")
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    page.wait_for_load_state("networkidle")
    sizes = {answer.url: len(gzip.compress(DRAWING.sub(b"", answer.body()))) for answer in got
             if "/_images/" not in answer.url}
    assert {url.rpartition(".")[2].partition("?")[0] for url in sizes} >= {"html", "css", "js", "woff2"}
    assert sum(sizes.values()) < 500_000, sizes
    whole = sum(len(gzip.compress(answer.body())) for answer in got)
    assert 0 < whole - sum(sizes.values()) < 700_000
    page.close()


@SERVED
def test_the_page_hardly_moves_while_it_loads(browser, address):
    page = browser.new_page(viewport={"width": 390, "height": 800})
    page.add_init_script("""
        window.moved = 0;
        const add = entry => { moved += entry.hadRecentInput ? 0 : entry.value; };
        new PerformanceObserver(list => list.getEntries().forEach(add))
            .observe({type: "layout-shift", buffered: true});""")
    page.goto(f"{address}/intro.html?lang=zh", wait_until="networkidle")
    page.wait_for_timeout(500)
    assert page.evaluate("moved") < 0.05
    page.close()


def test_the_404_page_speaks_the_readers_language(open_page):
    page = open_page("404.html?lang=en")
    assert page.locator("h1 .lang-en").is_visible()
    assert not page.locator("h1 .lang-zh").is_visible()
    assert page.locator("li a").count() > 5


@SERVED
def test_a_question_to_the_authors_carries_page_section_and_cell(open_page):
    """As if the book had been built with a repository's address."""
    page = open_page("intro.html?lang=en", locale="en-US")
    page.evaluate("""() => {
        const script = document.createElement("script");
        script.dataset.repository = "https://example.org/owner/name";
        script.src = "_static/ask.js";
        document.body.append(script);
    }""")
    page.locator(".ask a", has_text="Ask about this place").evaluate(
        "link => link.addEventListener('click', event => event.preventDefault())")
    asked = page.wait_for_function("""() => {
        document.getElementById("cell-intro-i4-rate-draw").scrollIntoView({block: "center", behavior: "instant"});
        const link = document.querySelector(".ask a");
        link.click();
        return link.href.includes("i4-rate-draw") && link.href;
    }""").json_value()
    address, _, query = asked.partition("?")
    told = parse_qs(query)
    assert address == "https://example.org/owner/name/discussions/new"
    assert told["title"] == ["Neural networks, quickly › Where the weights come from"]
    assert told["body"][0].rstrip().splitlines() == [f"{page.url}#where-the-weights-come-from",
                                                     "单元格 | Cell: `intro-i4-rate-draw`"]
