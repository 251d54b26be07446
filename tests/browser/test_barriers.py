"""No barrier that axe-core knows of, on any page, in any language, light or dark, on a desk or a phone."""

from itertools import product

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from build_book import pages

RUN = """([context, options]) => axe.run(context, {resultTypes: ["violations"], ...options}).then(
    result => result.violations.map(violation => [
        violation.id, violation.nodes.map(node => node.html.slice(0, 200)).slice(0, 5)]))"""
# Thousands of little spans that are the same in each language and width: looked at once, code once a theme.
SAME = [[".katex"], [".highlight"], [".sig"]]
# Dark differs from light in nothing but colours.
RULES = {"light": {}, "dark": {"runOnly": ["color-contrast"]}}


@pytest.mark.parametrize("name", [*pages(), "search", "404"])
def test_no_barriers(browser, site, name):
    page = browser.new_page(reduced_motion="reduce")  # the theme fades from one colour to the next
    found = {}
    for scheme, width in product(RULES, (1280, 390)):
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=scheme)
        for choice in ("both", "zh", "en"):
            page.goto(f"{site.as_uri()}/{name}.html?lang={choice}")
            page.evaluate(AXE_SCRIPT)
            first = choice == "both" and width == 1280
            left_out = {"light": [], "dark": [[".katex"]]}[scheme] if first else SAME
            if broken := page.evaluate(RUN, [{"exclude": left_out}, RULES[scheme]]):
                found[scheme, width, choice] = broken
    page.close()
    assert not found
