"""Drops what Jupyter Book would load from other hosts, or load for nothing, on every page.

What is left comes quickly: one style sheet, scripts that wait until the page is drawn, pictures with
their size, fetched when the reader comes near.
"""

import hashlib
import re
from itertools import count

import imagesize
from PIL import Image
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

from . import stylesheets

# FontAwesome's style sheet draws the icons: its script, half a page's weight, is not needed, and
# its preloading fails where a page is opened from disk.
NOT_NEEDED = re.compile(
    r'<script [^>]*/fontawesome/[^>]*></script>|<link rel="preload"[^>]*>'
    r'|<script type="text/x-thebe-config">.*?</script>'
    r'|<meta name="viewport" content="width=device-width, initial-scale=1" ?/>', re.DOTALL)  # the second
NO_USE = re.compile(r"thebe|sphinx-design|design-tabs", re.IGNORECASE)  # no page has tabs or cards
SHEET = re.compile(r'<link [^>]*href="_static/([^"?]+\.css)(\?[^"]*)?"[^>]*>\s*')
SCRIPT = re.compile(r'<script (?=src=)(?!src="_static/documentation_options)')  # the next line uses that one
THEME = 'localStorage.getItem("theme") || "auto"'  # drawn once in no theme, then again in the right one
RIGHT_THEME = """{light: "light", dark: "dark"}[localStorage.getItem("mode")]
      || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")"""
ALL_BOXES = '"pre, .nboutput > .output_area, .cell_output > .output, .jp-RenderedHTMLCommon"'
NO_BOX = '".measured-by-scrolling-js"'
PICTURE = re.compile(r'<img (?=[^>]*src="_images/([^"]+)")')


def drop_assets(app: Sphinx, pagename, templatename, context, doctree) -> None:
    for kind in ("script_files", "css_files"):
        context[kind] = [asset for asset in context[kind]
                         if not NO_USE.search(f"{asset.filename} {asset.attributes}")]


class LightPages:
    """Takes out of a rendered page what it can spare, and joins its style sheets."""

    def __init__(self, app: Sphinx) -> None:
        self.app = app
        app.builder.joined_sheets = {}

    def __call__(self, html: str) -> str:
        html = NOT_NEEDED.sub("", html).replace(THEME, RIGHT_THEME)
        html = SCRIPT.sub("<script defer ", html)
        return self.size_pictures(self.join_sheets(html))

    def join_sheets(self, html: str) -> str:
        if not (found := SHEET.findall(html)):  # a fragment of a page
            return html
        name = f"book-{hashlib.sha256(repr(found).encode()).hexdigest()[:12]}.css"
        self.app.builder.joined_sheets[name] = [path for path, _ in found]
        links = iter([f'<link rel="stylesheet" href="_static/{name}" />\n    '])
        return SHEET.sub(lambda _: next(links, ""), html)

    def size_pictures(self, html: str) -> str:
        paths = {name: path for path, name in self.app.builder.images.items()}
        order = count()

        def sized(tag: re.Match[str]) -> str:
            if tag[1] not in paths:  # an explorer's view, which says its size itself
                return tag[0]
            width, height = imagesize.get(self.app.srcdir / paths[tag[1]])
            lazy = 'loading="lazy" ' if next(order) else ""  # the first may be in sight at once
            return f'<img width="{width}" height="{height}" {lazy}'

        return PICTURE.sub(sized, html)


def write_sheets(app: Sphinx) -> None:
    for name, paths in app.builder.joined_sheets.items():
        (app.outdir / "_static" / name).write_text(stylesheets.join(app.outdir, paths), "utf-8")


def measure_once(app: Sphinx) -> None:
    """The theme measures all boxes at once, so all is laid out; scrolling.js does it as they are drawn."""
    path = app.outdir / "_static" / "scripts" / "pydata-sphinx-theme.js"
    script = path.read_text("utf-8").replace(ALL_BOXES, NO_BOX)
    if NO_BOX not in script:
        raise ExtensionError(f"{path.name} has no {ALL_BOXES} any more. Does it still measure all boxes?")
    path.write_text(script, "utf-8")


def shrink_pictures(app: Sphinx) -> None:
    """Few colours are enough for a drawing: 256 of them take a third of the space."""
    for path in (app.outdir / "_images").glob("*.png"):
        with Image.open(path) as picture:
            if picture.mode == "RGBA" and picture.getextrema()[3] == (255, 255):  # nothing shines through
                small = picture.convert("RGB").quantize(256, dither=Image.Dither.NONE)
                small.save(path, optimize=True)
