"""Removes from every page what Jupyter Book would load from other hosts, or load without using it.

The rest loads quickly: one style sheet, scripts that wait until the page is drawn, figures that are part of the
page, and pictures that state their size. If the theme changes so that one of these changes finds nothing to change,
the build stops and says which.
"""

import base64
import hashlib
import posixpath
import re
import tempfile
from pathlib import Path

import imagesize
from fontTools import subset
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

from .languages import HEAD_SCRIPT
from .live_cells import LIVE

RIGHT_THEME = """{light: "light", dark: "dark"}[localStorage.getItem("mode")]
      || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")"""
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
SHEET = re.compile(r'<link [^>]*href="_static/([^"?]+\.css)(\?[^"]*)?"[^>]*>\s*')
ALL_BOXES = '"pre, .nboutput > .output_area, .cell_output > .output, .jp-RenderedHTMLCommon"'
NO_BOX = '".measured-by-wide-boxes-js"'
PICTURE = re.compile(r'<img (?:alt="([^"]*)" )?(?=[^>]*src="_images/([^"]+)")[^>]*>')
IMPORT = re.compile(r'@import "([^"]+)";')
ADDRESS = re.compile(r'url\((["\']?)(?!data:|#)([^)"\']+)\1\)')
COMMENT = re.compile(r"/\*.*?\*/|@charset[^;]*;", re.DOTALL)
RULE = re.compile(r"([^{};]+)(\{[^{}]*\})")  # the innermost blocks; @media and its like stay around them
BUILT = "bs-tooltip"  # a script assembles these names, so no file holds them
WORD = re.compile(r"[\w-]+")
CHOICE = re.compile(r":(?:is|not|where|has)\([^()]*\)")  # the names inside need not occur
ICON = re.compile(r'"\\([ef][0-9a-f]{3})"|([\ue000-\uf8ff])')  # how the theme's sheets write one
ICONS = re.compile(r'url\("[^"]*/fa-solid-900\.[^}]*')  # where their sheet says what fonts to load
NAMES = re.compile(r"[.#]((?:\\.|[\w-])+)")


def demand(found: object, what: str) -> None:
    if not found:
        raise ExtensionError(f"light_pages expected {what} from the theme, found none. Adapt web/extension/"
                             "light_pages.py to the theme, or install the theme that requirements.txt pins.")


def lighten(app: Sphinx, html: str) -> str:
    """Remove from a rendered page what it does not need, join its style sheets and place its pictures."""
    first = f"<script>{HEAD_SCRIPT.read_text('utf-8')}</script>\n    <title>"  # before those of the theme
    html = html.replace("<title>", first, 1)
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


def measure_once(app: Sphinx) -> None:
    """Keep the theme from measuring all boxes, for which the browser would lay out the whole page at once."""
    path = app.outdir / "_static" / "scripts" / "pydata-sphinx-theme.js"
    script = path.read_text("utf-8").replace(ALL_BOXES, NO_BOX)
    demand(NO_BOX in script, f"{ALL_BOXES} in {path.name}")
    path.write_text(script, "utf-8")


# -- one style sheet ----------------------------------------------------------------------------------
def read(folder: Path, name: str) -> str:
    """Return a style sheet with its imports in place and its addresses relative to `folder`."""
    beside = posixpath.dirname(name)
    text = COMMENT.sub("", (folder / name).read_text("utf-8"))
    text = ADDRESS.sub(lambda url: f'url("{posixpath.normpath(posixpath.join(beside, url[2]))}")', text)
    return IMPORT.sub(lambda other: read(folder, posixpath.normpath(posixpath.join(beside, other[1]))), text)


def used(css: str, words: set[str]) -> str:
    """Return the rules whose classes and ids all occur in pages and scripts: 36 kB less, gzipped."""
    def keep(rule: re.Match[str]) -> str:
        kept = [selector for selector in re.split(r",(?![^(]*\))", rule[1])
                if all(name in words or name.startswith(BUILT) for name in NAMES.findall(CHOICE.sub("", selector)))]
        return ",".join(kept) + rule[2] if kept else ""

    return RULE.sub(keep, css)


def cut_icons(css: str, font: Path) -> str:
    """Return the sheet with its icon font cut down to the icons that it names: 3 kB instead of 150.

    The font stands in the sheet: a frame with ``sandbox`` may load none from a file unless the server allows it (CORS).
    """
    drawn = {escape or f"{ord(sign):x}" for escape, sign in ICON.findall(css)}
    with tempfile.NamedTemporaryFile(suffix=".woff") as small:
        subset.main([str(font), f"--unicodes={','.join(sorted(drawn))}", "--flavor=woff", "--no-hinting",
                     f"--output-file={small.name}"])
        words = base64.b64encode(Path(small.name).read_bytes()).decode()
    return ICONS.sub(f"url(data:font/woff;base64,{words})", css)


def write_sheets(app: Sphinx) -> None:
    static = app.outdir / "_static"
    paths = [*app.outdir.glob("*.html"), *static.glob("*.js"), *static.glob("scripts/*.js"), LIVE / "editor.js"]
    words = {word for path in paths for word in WORD.findall(path.read_text("utf-8"))}
    icons = next(static.glob("vendor/fontawesome/*/webfonts/fa-solid-900.ttf"))
    for name, sheets in app.builder.joined_sheets.items():
        css = used("\n".join(read(static, sheet) for sheet in sheets), words)
        (static / name).write_text(cut_icons(css, icons), "utf-8")
