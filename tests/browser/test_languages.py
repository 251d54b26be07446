"""Every string a reader meets is in the language chosen: text, tooltips, placeholders, the window's title."""

import pytest
from build_book import pages

# Text and attributes that show, and the language they are marked with; code and formulas are in none.
SHOWN = """() => {
    const found = [], skip = "script, style, code, pre, kbd, .math, .katex, .highlight, [aria-hidden=true]";
    const say = (element, text) => {
        if (!text.trim() || element.closest(skip) || !element.getClientRects().length) return;
        const marked = element.closest("[lang]");
        const language = marked === document.documentElement ? "" : marked.lang;
        found.push([text.trim(), language, !!element.closest("article")]);
    };
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) say(walker.currentNode.parentElement, walker.currentNode.data);
    for (const name of ["alt", "title", "aria-label", "placeholder", "data-tooltip"])
        document.querySelectorAll(`[${name}]`).forEach(element => say(element, element.getAttribute(name)));
    found.push([document.title, "", false]);
    return found;
}"""
NAMES = {"ReLU", "GitHub", "Colab", "Binder", "JupyterLab", "JupyterLite", "English", "Ctrl", "K", "nnlib"}


def has_chinese(text):
    return any("\u3400" <= character <= "\u9fff" for character in text)


@pytest.mark.parametrize("name", [*pages(), "search"])
def test_english_shows_no_chinese(open_page, name):
    page = open_page(f"{name}.html?lang=zh")
    page.locator(".language-switch label:has(input[value=en])").click()
    foreign = [text for text, language, _ in page.evaluate(SHOWN)
               if has_chinese(text) and not language.startswith("zh")]
    assert not foreign


@pytest.mark.parametrize("name", [*pages(), "search"])
def test_chinese_shows_no_english_around_the_text(open_page, name):
    page = open_page(f"{name}.html?lang=en")
    page.locator(".language-switch label:has(input[value=zh])").click()
    foreign = [text for text, language, in_article in page.evaluate(SHOWN)
               if not in_article and language != "en" and not has_chinese(text)
               and {word for word in text.split() if word.isascii() and word.isalpha()} - NAMES]
    assert not foreign


@pytest.mark.parametrize("name", pages())
def test_one_language_at_a_time(open_page, name):
    """No ` | ` is left where a string holds both halves."""
    for choice in ("zh", "en"):
        page = open_page(f"{name}.html?lang={choice}")
        assert not [text for text, *_ in page.evaluate(SHOWN) if " | " in text and has_chinese(text)]
