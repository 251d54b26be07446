"""What search engines and messengers read, from a book of two pages published under a sub-path."""

import json
from xml.etree import ElementTree

import pytest
from bs4 import BeautifulSoup
from sphinx.application import Sphinx

import grader.published

BASE = "https://example.org/course/"
PAGES = {
    "index": "# 书 | Book\n\n{zh}\n\n{en}\n\n```{{toctree}}\nchapter\n```\n",
    "chapter": "# 一章 <x> | A chapter <x>\n\n{zh}\n\n{en}\n",
}
ZH = ":::{{container}} lang-zh\n{}。第二句。\n:::".format("很长的第一句" * 20)
EN = f":::{{container}} lang-en\nIt <a href='x'>says</a> 0.5 & more. Drop `...` here. {'A long sentence. ' * 9}\n:::"


def build(folder, address, monkeypatch):
    monkeypatch.setenv("BOOK_URL", address)
    source = folder / "source"
    source.mkdir()
    for name, text in PAGES.items():
        (source / f"{name}.md").write_text(text.format(zh=ZH, en=EN), "utf-8")
    settings = {"extensions": ["myst_nb", "web.extension"], "myst_enable_extensions": ["colon_fence"],
                "html_theme": "sphinx_book_theme", "language": "zh_CN"}
    Sphinx(source, None, folder / "html", folder / "doctrees", "html", settings, None, None).build()
    return folder / "html"


@pytest.fixture
def published(tmp_path, monkeypatch):
    return build(tmp_path, BASE.rstrip("/"), monkeypatch)


def read(path):
    return BeautifulSoup(path.read_text("utf-8"), "html.parser")


def said(page):
    return {tag.get("name") or tag["property"]: tag["content"]
            for tag in page.select("meta[name], meta[property]")}


def test_a_page_says_what_it_is_about_in_both_languages(published):
    page = read(published / "chapter.html")
    tags = said(page)
    assert tags["og:title"] == "一章 <x> | A chapter <x>"
    assert tags["description"] == tags["og:description"]
    zh, en = tags["description"].split(" | ")
    assert zh == "很长的第一句" * 20 + "。"  # the first sentence is whole, however long; no second one
    assert en.startswith("It says 0.5 & more. Drop ... here. A long sentence.")
    assert en.endswith("sentence.")
    assert len(en) <= 170
    assert (tags["og:url"], tags["og:image"]) == (f"{BASE}chapter.html", f"{BASE}_images/spirals.png")
    data = json.loads(page.find("script", type="application/ld+json").string)
    assert data["name"] == tags["og:title"]
    assert data["inLanguage"] == ["zh-CN", "en"]


@pytest.mark.parametrize(("name", "address"), [("index", BASE), ("chapter", f"{BASE}chapter.html")])
def test_a_page_has_one_address_for_both_languages(published, name, address):
    page = read(published / f"{name}.html")
    assert page.find("link", rel="canonical")["href"] == said(page)["og:url"] == address
    assert not page.select("link[hreflang]")


def test_the_sitemap_lists_every_page_once(published):
    tree = ElementTree.parse(published / "sitemap.xml").getroot()
    found = [place.text for place in tree.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")]
    assert sorted(found) == [BASE, f"{BASE}chapter.html"]
    assert f"Sitemap: {BASE}sitemap.xml" in (published / "robots.txt").read_text()


def test_the_404_page_leads_back_from_any_address(published):
    page = read(published / "404.html")
    links = [link["href"] for link in page.select("a[href]")]
    assert links == ["/course/", "/course/chapter.html"]
    assert page.form["action"] == "/course/search.html"
    assert page.find("meta", attrs={"name": "robots"})["content"] == "noindex"


def test_without_an_address_nothing_absolute_is_written(tmp_path, monkeypatch):
    html = build(tmp_path, "", monkeypatch)
    page = read(html / "chapter.html")
    assert not page.select("link[rel=canonical], meta[property='og:url']")
    assert said(page)["description"]
    assert not (html / "sitemap.xml").exists()


def test_a_wrong_address_is_refused(monkeypatch):
    monkeypatch.setenv("BOOK_URL", "example.org/book")
    with pytest.raises(ValueError, match=r"BOOK_URL expected an address like https://.*, got 'example.org/b"):
        grader.published.address("BOOK_URL")
    monkeypatch.setenv("BOOK_URL", "https://example.org/book///")
    assert grader.published.address("BOOK_URL") == "https://example.org/book/"


def test_every_page_of_the_book_is_described(site):
    pages = [path for path in site.glob("*.html") if path.stem not in ("404", "search", "genindex")]
    about = {path.stem: said(read(path)).get("description", "") for path in pages}
    assert not [name for name, text in about.items() if len(text.split(" | ")) != 2]
    assert len(set(about.values())) == len(about)
