"""No barrier that axe-core knows of, on any page, in any language, light or dark, on a desk or a phone."""

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from build_book import pages

RUN = """options => axe.run({resultTypes: ["violations"], ...options}).then(result => result.violations.map(
    violation => [violation.id, violation.nodes.map(node => node.html.slice(0, 200)).slice(0, 5)]))"""


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("name", [*pages(), "search"])
def test_no_barriers(browser, site, name, width):
    page = browser.new_page(viewport={"width": width, "height": 800})
    page.goto(f"{site.as_uri()}/{name}.html")
    page.evaluate(AXE_SCRIPT)
    found = {}
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.wait_for_function("scheme => document.documentElement.dataset.theme === scheme", arg=scheme)
        page.wait_for_timeout(500)  # the theme fades from one colour to the next
        for choice in ("zh", "en", "both"):
            page.locator(f".language-switch label:has(input[value={choice}])").click()
            # what is dark differs from what is light in its colours alone
            options = {} if scheme == "light" else {"runOnly": ["color-contrast"]}
            if broken := page.evaluate(RUN, options):
                found[scheme, choice] = broken
    page.close()
    assert not found
