"""Every string a reader meets is in the language chosen: text, tooltips, placeholders, the window's title."""

import pytest

from web.project import pages

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


def wrong(page, choice):
    """Strings that do not belong on a page in this language."""
    shown = page.evaluate(SHOWN)
    if choice == "en":
        foreign = [text for text, language, _ in shown if has_chinese(text) and not language.startswith("zh")]
    else:  # in the text itself, names and quotations are English
        foreign = [text for text, language, in_article in shown
                   if not in_article and language != "en" and not has_chinese(text)
                   and {word for word in text.split() if word.isascii() and word.isalpha()} - NAMES]
    halves = [text for text, *_ in shown if " | " in text and has_chinese(text)]
    return foreign + halves


@pytest.mark.parametrize("address", ["http"], indirect=True)  # from a disk it is the same with fewer buttons
@pytest.mark.parametrize("name", [*pages(), "search"])
@pytest.mark.parametrize(("first", "then"), [("zh", "en"), ("en", "zh")])
def test_one_language_at_a_time_and_no_other(open_page, name, first, then):
    """As the address says, and as the switch says after it; no ` | ` is left where a string holds both."""
    page = open_page(f"{name}.html?lang={first}")
    assert not wrong(page, first)
    page.locator(f".language-switch label:has(input[value={then}])").click()
    assert not wrong(page, then)


PLACE = "text => [...document.querySelectorAll('article h2')].find(h => h.textContent.includes(text))"


@pytest.mark.parametrize("heading", ["Where the weights come from", "Real pictures"])
def test_switching_keeps_the_place(open_page, heading):
    page = open_page("intro.html?lang=zh")
    title = page.evaluate_handle(PLACE, heading).as_element()
    assert title, "the chapter has lost this heading: name another"
    title.evaluate("h => scrollTo({top: h.getBoundingClientRect().top + scrollY - 90, behavior: 'instant'})")
    place = title.bounding_box()["y"]
    for choice in ("both", "en", "zh"):
        box = page.locator(f".language-switch label:has(input[value={choice}])").bounding_box()
        page.mouse.click(box["x"] + 5, box["y"] + 5)  # a locator's click would scroll first
        assert abs(title.bounding_box()["y"] - place) < 5, choice


def test_print_holds_one_language_and_no_controls(open_page):
    page = open_page("activations.html?lang=zh")
    page.emulate_media(media="print")
    assert page.locator("article div.lang-zh").first.is_visible()
    assert not page.locator("article div.lang-en >> visible=true").count()
    for controls in (".language-switch", ".bd-sidebar-primary", ".explorer input", ".prev-next-footer a"):
        assert not page.locator(f"{controls} >> visible=true").count(), controls


@pytest.mark.parametrize(("choice", "word", "other"), [("zh", "还没有写", "not"), ("en", "not written yet", "还")])
def test_a_self_checks_report_is_in_one_language(open_page, choice, word, other):
    page = open_page(f"exercises.html?lang={choice}")
    report = page.locator("#cell-scores-check .cell_output pre").inner_text()
    assert report.strip() == f"○ scores: {word}"
    assert other not in report


def test_the_download_button_downloads_or_says_what_does(open_page, address):
    """Chromium shows a file from disk, whatever the link asks."""
    page = open_page("intro.html?lang=en")
    button = page.locator("a.btn-download-source-button")
    page.locator(".dropdown-download-buttons > button").click()
    if address.startswith("file:"):
        assert button.get_attribute("data-bs-original-title") == "Right-click, then save the link as a file"
        return
    with page.expect_download() as download:
        button.click()
    assert download.value.suggested_filename == "intro.ipynb"
    assert download.value.url == f"{address}/notebooks/en/intro.ipynb"


@pytest.mark.parametrize("place", ["wheel/index.html?lang=en", "wheel/index.html#top"])
def test_the_commands_of_the_wheels_page_hold_in_any_shell(open_page, address, place):
    """zsh would look for a file where a question mark stands."""
    assert open_page(place).locator("pre").inner_text().splitlines() == [
        "pip uninstall -y nnlib nnlib-course",
        f'pip install --find-links "{address}/wheel/index.html" "nnlib-course[panels]"']


def test_a_notebook_opens_in_the_readers_language(open_page):
    page = open_page("intro.html?lang=zh")
    page.evaluate("""() => document.body.insertAdjacentHTML("beforeend", `
        <div class="dropdown-launch-buttons" id="probe"><a href="https://mybinder.org/v2/gh/a/b/main?urlpath=lab/tree/notebooks/zh/intro.ipynb">Binder</a>
        <a href="https://colab.research.google.com/github/a/b/blob/notebooks/zh/intro.ipynb">Colab</a></div>`)""")
    for choice in ("en", "zh", "en", "both"):
        page.locator(f".language-switch label:has(input[value={choice}])").click()
        links = page.locator("#probe a, .btn-download-source-button").all()
        found = [link.get_attribute("href") for link in links]
        assert [link.endswith(f"notebooks/{choice}/intro.ipynb") for link in found] == [True] * 3
