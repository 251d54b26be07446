"""A browser that lets the pages store nothing: site data is blocked, or an LMS has them in a sandboxed frame.

Theme, language, search and explorers work; cells run, or a sentence says in which tab they will.
"""

import json
import shutil

import pytest

from web.publish import chromium

FRAME = '<!DOCTYPE html><iframe sandbox="allow-scripts" src="{}/intro.html" width="1200" height="700">'


@pytest.fixture(params=["blocked", "framed"])
def reader(request, browser, serve, site, tmp_path):
    """A page of the book whose browser refuses to store, and the kind of refusal."""
    with serve(site) as address, serve(tmp_path) as lms:
        if request.param == "framed":
            (tmp_path / "index.html").write_text(FRAME.format(address))
            context = browser.new_context(locale="zh-CN")
        else:
            program = next(filter(None, map(shutil.which, chromium.NAMES[1:])), None)
            if not program:
                pytest.skip("expected a Chromium with settings, found the headless shell alone")
            settings = tmp_path / "Default" / "Preferences"
            settings.parent.mkdir()
            settings.write_text(json.dumps({"profile": {"default_content_setting_values": {"cookies": 2}}}))
            context = browser.browser_type.launch_persistent_context(
                tmp_path, executable_path=program, args=chromium.FLAGS, locale="zh-CN")
        page = context.new_page()
        page.goto(f"{address}/intro.html" if request.param == "blocked" else f"{lms}/index.html")
        page.wait_for_load_state()
        yield page.frames[-1], request.param
        context.close()


def search(page, query):
    """Ask in whatever search box the page shows, and give the results."""
    box = page.locator("input[name=q] >> visible=true").first
    if not box.count():
        page.locator(".search-button__button >> visible=true").first.click()
    box.fill(query)
    box.press("Enter")
    page.wait_for_url(f"**/search.html?q={query}*")
    return page.locator("#search-results li a")


def test_each_search_takes_the_place_of_the_one_before(reader):
    page, _ = reader
    page.locator(".language-switch label:has(input[value=en])").click()
    for query in ("overfitting", "momentum"):
        search(page, query).first.wait_for()
        assert not page.url.partition("#")[2]
    page.goto(page.url.partition("?")[0])  # as if opened without a question
    search(page, "gradient").first.wait_for()


def test_what_a_frame_forbids_is_explained(reader):
    page, kind = reader
    page.locator(".language-switch label:has(input[value=en])").click()
    for name in ("launch-lite", "download-source-button", "download-pdf-button", "fullscreen-button"):
        if kind == "framed":
            page.locator(f".btn-{name}").first.evaluate("button => button.click()")
            page.locator("article > .apart[role=alert]:first-child .lang-en", has_text="in a tab of its own").wait_for()
            page.locator(".apart").evaluate("words => words.remove()")
    assert not page.locator(".apart").count()


def test_where_nothing_can_be_stored_the_page_works_or_says_why_not(reader, python_site):
    page, kind = reader
    root = page.locator("html")
    assert root.get_attribute("data-forgets") == ""
    before = root.get_attribute("data-mode")
    page.locator(".theme-switch-button >> visible=true").first.click()
    assert root.get_attribute("data-mode") != before
    page.locator(".language-switch label:has(input[value=en])").click()
    assert "lang=en" in page.url  # the next page knows it, too
    search(page, "overfitting").and_(page.locator("[href*='overfitting.html']")).first.click()
    page.wait_for_url("**/overfitting.html?lang=en*")
    page.locator(".highlighted", has_text="overfitting").first.wait_for()
    assert root.get_attribute("data-lang") == "en"
    control = page.locator(".explorer input[type=range]").first
    spoken = control.get_attribute("aria-valuetext")
    control.press("ArrowRight")
    assert control.get_attribute("aria-valuetext") != spoken
    cell = page.locator("div.cell:has(.live-run)").first
    cell.locator(".live-run").click()
    if kind == "framed":
        cell.locator(".live-note", has_text="in a tab of its own").wait_for()
        cell.locator(".live-edit").click()
        page.wait_for_timeout(300)
        assert "tab of its own" in cell.locator(".live-note").inner_text()
    else:
        cell.locator(".live-run", has_text="▶").wait_for(timeout=300_000)
        assert not cell.locator(".live-error").count()
    assert "▶" in cell.locator(".live-run").inner_text()
