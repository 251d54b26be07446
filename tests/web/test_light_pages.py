"""The changes to the theme's pages: all of them are made, or the build stops and names the missing one."""

from functools import partial
from types import SimpleNamespace

import pytest
from sphinx.errors import ExtensionError

from web.extension import light_pages

PAGE = """<meta name="viewport" content="width=device-width, initial-scale=1" />
<link href="_static/theme.css?digest=1" rel="stylesheet" />
<link rel="preload" href="_static/font.woff2">
<script src="_static/vendor/fontawesome/all.min.js"></script>
<script src="_static/documentation_options.js"></script>
<script src="_static/theme.js"></script>
<script>theme = localStorage.getItem("theme") || "auto"</script>
"""


@pytest.fixture
def lighten():
    app = SimpleNamespace(builder=SimpleNamespace(images={}, joined_sheets={}))
    return partial(light_pages.lighten, app)


def test_a_page_is_lightened(lighten):
    html = lighten(PAGE)
    assert not any(word in html for word in ("viewport", "preload", "fontawesome", "auto", "theme.css"))
    assert '<script defer src="_static/theme.js">' in html
    assert '<script src="_static/documentation_options.js">' in html


@pytest.mark.parametrize(("line", "what"), [
    (0, "a second viewport"), (1, "a style sheet"), (2, "a preloaded file"), (3, "Font Awesome's script"),
    (5, "a script that can wait"), (6, "the reader's theme")])
def test_a_theme_that_changed_stops_the_build(lighten, line, what):
    lines = PAGE.splitlines()
    del lines[line]
    with pytest.raises(ExtensionError, match=rf"expected {what}.* from the theme, found none\. Adapt"):
        lighten("\n".join(lines))
