"""The built pages: all there, nothing left unresolved, nothing loaded from elsewhere, every link alive."""

import re
from collections import Counter
from functools import cache
from urllib.parse import unquote, urlsplit

import pytest
from bs4 import BeautifulSoup

import nnlib
from grader import assignments
from questions import bank
from tests.imports import imported
from web import build
from web.notebooks.course import sections, title
from web.project import ROOT, pages

DECKS = {f"slides/{name}.html" for name in bank.CHAPTERS}  # `make slides` cuts them when the pages are there


@cache
def parsed(path):
    return BeautifulSoup(path.read_text("utf-8"), "html.parser")


@cache
def places(path):
    return {tag["id"] for tag in parsed(path).select("[id]")}


@pytest.fixture(params=pages())
def page(request, site):
    return site / f"{request.param}.html"


def test_every_chapter_is_in_the_contents():
    written = {path.stem for path in (ROOT / "chapters").iterdir() if path.suffix in (".md", ".ipynb")}
    assert Counter(pages()) == Counter(written)


def test_whatever_makes_a_page_makes_the_pages_anew_if_it_changes():
    watched = {path.relative_to(ROOT) for pattern in build.LOOK for path in ROOT.glob(pattern)}
    makers = [path.relative_to(ROOT) for path in (ROOT / "web" / "extension").glob("*.py")]
    for module in makers:  # which grows
        makers += {*imported(module)} - {*makers}
        assert module in watched, f"add a pattern for {module} to LOOK in web/build.py"


def test_page_is_whole(page):
    html = parsed(page)
    assert html.find("h1"), "no title"
    assert not html.select(".katex-error, .problematic, .system-message")
    assert not re.search(r"\[\[[^\]]*\|[^\]]*\]\]|\{(eq|numref|ref|term|doc|cite)\}", html.body.get_text())


def test_page_holds_both_languages_alike(page):
    boxes = [box["class"] for box in parsed(page).select("article div.lang-zh, article div.lang-en")]
    count = Counter("zh" if "lang-zh" in names else "en" for names in boxes)
    assert count["zh"] == count["en"] > 0


def test_every_word_in_a_figure_has_its_twin(page):
    """Names of functions and of what has one name in both languages stand alone."""
    alone = [text.get_text() for text in parsed(page).select(".drawing text") if not text.select(".lang-zh")]
    names = {"ReLU", "Maxout", "Sigmoid", "Tanh", "LeakyReLU", "PReLU", "ELU", "GELU", "SiLU", "Xavier", "He", "L2"}
    words = {word for text in alone for word in re.findall("[A-Za-z]{2,}", text)}
    assert {word.lower().replace("_", "") for word in words} <= {name.lower() for name in names} | {"leaky", "relu"}


def test_a_figure_is_part_of_the_page_and_says_what_it_shows(page):
    html = parsed(page)
    drawings = html.select(".drawing")
    assert not html.select('img[src$=".svg"]')
    assert page.stem not in bank.CHAPTERS or len(drawings) > 1
    for drawing in drawings:
        named = drawing if drawing.get("role") else drawing.parent
        assert named["role"] == "img"
        assert re.search(r"[\u4e00-\u9fff].* \| ", named["aria-label"])
    ids = Counter(tag["id"] for tag in html.select("[id]"))
    assert {ids[tag["id"]] for tag in html.select(".drawing [id]")} <= {1}


def test_no_comma_is_lost_or_doubled_beside_a_formula(page):
    text = "".join(part.get_text() for part in parsed(page).select("article p"))
    assert not re.search(r"(?<!,),,(?!,)|，，", text)


def test_no_line_of_the_source_ends_in_a_blank_between_chinese_words(page):
    text = "".join(part.get_text() for part in parsed(page).select("article .lang-zh p, article p.lang-zh"))
    assert not re.search(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]\n[\u4e00-\u9fff]", text)


def test_everything_in_one_language_says_which(page):
    for key, code in (("zh", "zh-CN"), ("en", "en")):
        assert {tag.get("lang") for tag in parsed(page).select(f".lang-{key}")} == {code}


def test_formulas_are_drawn_and_numbers_unique(page):
    html = parsed(page)
    assert all(formula.select(".katex-html, .katex-mathml") for formula in html.select(".math"))
    numbers = [number.get_text() for number in html.select(".eqno")]
    assert len(numbers) == len(set(numbers))


def test_page_loads_nothing_from_other_hosts(page):
    html = parsed(page)
    tags = html.select("script[src], img, iframe, link[rel=stylesheet], link[rel=preload]")
    loads = [tag.get("src") or tag.get("href") for tag in tags]
    assert not [url for url in loads if urlsplit(url).netloc]
    assert not html.select('link[rel=preload], script[type="text/x-thebe-config"]')
    assert not re.search(r"thebe|mathjax|fontawesome\S*\.js|require\S*\.js", " ".join(loads), re.IGNORECASE)


def test_links_lead_somewhere(page):
    for tag in parsed(page).select("a[href], img[src], link[href], script[src]"):
        url = urlsplit(tag.get("href") or tag.get("src"))
        if url.scheme or url.netloc or url.path in DECKS:
            continue
        target = (page.parent / unquote(url.path)).resolve() if url.path else page
        assert target.is_file(), f"{tag} leads nowhere"
        if url.fragment and target.suffix == ".html":
            assert unquote(url.fragment) in places(target), f"{tag}: no such place in {target.name}"


@pytest.mark.parametrize("key", ["zh", "en"])
def test_the_map_says_enough_for_a_syllabus(site, key):
    """Exercises by their titles, all points of the homework, and of questions how they are answered."""
    html = BeautifulSoup((site / "map.html").read_text("utf-8"), "html.parser")
    for other in html.select(f".lang-{'en' if key == 'zh' else 'zh'}, .lang-sep"):
        other.decompose()
    for name, table in zip(bank.CHAPTERS, html.select("article table"), strict=True):
        words = [[" ".join(cell.get_text().split()) for cell in row.select("td")] for row in table.select("tbody tr")]
        tried = " ".join(row[3] for row in words)
        for exercise in (id for section in sections(name) for id in section.exercises):
            assert title(exercise).read(key) in tried
        points = assignments.load(name).points
        assert sum(map(int, re.findall(r"\((\d+)\)", tried))) == points
        line = table.find_previous("p").get_text()
        assert re.search(rf"满分 {points} 分" if key == "zh" else rf"Homework: {points} points", line)
        kinds = [re.sub(r"[\d、,]+", " ", row[2]).split() for row in words]
        assert all(kinds)
        assert sum(len(re.findall(r"\d+", row[2])) for row in words) == len(bank.questions(name))


@pytest.mark.parametrize("name", sorted(nnlib.__all__))
def test_every_public_name_is_described(name, site):
    described = places(site / "api.html")
    assert {f"nnlib.{name}", f"module-nnlib.{name}"} & described, f"add {name} to chapters/api.md"
