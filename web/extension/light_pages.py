"""Removes from every page what Jupyter Book would load from other hosts, or load without using it.

The rest loads quickly: one style sheet, scripts that wait until the page is drawn, figures that are part of the
page, and pictures that state their size. If the theme changes so that one of these changes finds nothing to change,
the build stops and says which.
"""

import hashlib
import re

import imagesize
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

from . import stylesheets
from .languages import HEAD_SCRIPT

RIGHT_THEME = """{light: "light", dark: "dark"}[localStorage.getItem("mode")]
      || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")"""
THEBE = re.compile(r'<script type="text/x-thebe-config">.*?</script>', re.DOTALL)  # only on pages with text
CHANGES = {  # what every page of the theme holds, how it is found, and what replaces it
    # FontAwesome's style sheet draws the icons; its script, half of a page's weight, does it once more.
    "Font Awesome's script": (r'<script [^>]*/fontawesome/[^>]*></script>', ""),
    "a preloaded file": (r'<link rel="preload"[^>]*>', ""),  # fails where a page is opened from disk
    "a second viewport": (r'<meta name="viewport" content="width=device-width, initial-scale=1" ?/>', ""),
    # Else the page is drawn once without a theme, then again with the right one.
    "the reader's theme": (r'localStorage\.getItem\("theme"\) \|\| "\w*"', RIGHT_THEME),
    # The inline script after documentation_options.js needs it at once; the others can wait.
    "a script that can wait": (r'<script (?=src=)(?!src="_static/documentation_options)', "<script defer "),
}
# No page has tabs or cards; search_marks.js marks terms.
NO_USE = re.compile(r"thebe|sphinx-design|design-tabs|sphinx_highlight", re.IGNORECASE)
SHEET = re.compile(r'<link [^>]*href="_static/([^"?]+\.css)(\?[^"]*)?"[^>]*>\s*')
ALL_BOXES = '"pre, .nboutput > .output_area, .cell_output > .output, .jp-RenderedHTMLCommon"'
NO_BOX = '".measured-by-wide-boxes-js"'
PICTURE = re.compile(r'<img (?:alt="([^"]*)" )?(?=[^>]*src="_images/([^"]+)")[^>]*>')


def demand(found: object, what: str) -> None:
    if not found:
        raise ExtensionError(f"light_pages expected {what} from the theme, found none. Adapt web/extension/"
                             "light_pages.py to the theme, or install the theme that requirements.txt pins.")


def drop_assets(app: Sphinx, pagename, templatename, context, doctree) -> None:
    for kind in ("script_files", "css_files"):
        context[kind] = [asset for asset in context[kind] if not NO_USE.search(f"{asset.filename} {asset.attributes}")]


def lighten(app: Sphinx, html: str) -> str:
    """Remove from a rendered page what it does not need, join its style sheets and place its pictures."""
    first = f"<script>{HEAD_SCRIPT.read_text('utf-8')}</script>\n    <title>"  # before those of the theme
    html = THEBE.sub("", html).replace("<title>", first, 1)
    for what, (pattern, new) in CHANGES.items():
        html, times = re.subn(pattern, lambda _, new=new: new, html)
        demand(times, what)
    sheets = SHEET.findall(html)
    demand(sheets, "a style sheet under _static/")
    name = f"book-{hashlib.sha256(repr(sheets).encode()).hexdigest()[:12]}.css"
    app.builder.joined_sheets[name] = [path for path, _ in sheets]
    links = iter([f'<link rel="stylesheet" href="_static/{name}" />\n    '])
    html = SHEET.sub(lambda _: next(links, ""), html)
    return place_pictures(app, html)


def place_pictures(app: Sphinx, html: str) -> str:
    """Put drawings into the page, and let pictures state their size."""
    paths = {name: path for path, name in app.builder.images.items()}

    def placed(tag: re.Match[str]) -> str:
        path = app.srcdir / paths[tag[2]]
        if path.suffix == ".svg":
            return path.read_text("utf-8").replace("<svg", f'<svg role="img" aria-label="{tag[1] or ""}"', 1)
        width, height = imagesize.get(path)
        return tag[0].replace("<img", f'<img width="{width}" height="{height}"', 1)

    return PICTURE.sub(placed, html)


def write_sheets(app: Sphinx) -> None:
    for name, paths in app.builder.joined_sheets.items():
        (app.outdir / "_static" / name).write_text(stylesheets.join(app.outdir, paths), "utf-8")


def measure_once(app: Sphinx) -> None:
    """Keep the theme from measuring all boxes, for which the browser would lay out the whole page at once."""
    path = app.outdir / "_static" / "scripts" / "pydata-sphinx-theme.js"
    script = path.read_text("utf-8").replace(ALL_BOXES, NO_BOX)
    demand(NO_BOX in script, f"{ALL_BOXES} in {path.name}")
    path.write_text(script, "utf-8")
