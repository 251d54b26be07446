"""Joins a page's style sheets into one, without the rules of the theme that no page uses.

Measured on a first visit to chapter 1, gzipped: 162 kB; with the unused rules 34 kB more (21 %), with the
whole icon font and its sheet instead of icons.py another 175 kB (108 %).
"""

import posixpath
import re
from pathlib import Path

from . import icons

IMPORT = re.compile(r'@import "([^"]+)";')
ADDRESS = re.compile(r'url\((["\']?)(?!data:|#)([^)"\']+)\1\)')
COMMENT = re.compile(r"/\*.*?\*/|@charset[^;]*;", re.DOTALL)
RULE = re.compile(r"([^{};]+)(\{[^{}]*\})")  # the innermost blocks; @media and its like stay around them
THEME = ("styles/", "basic.css", "mystnb", "togglebutton", "exercise")  # only these lose unused rules
BUILT = "bs-tooltip"  # a script assembles these names, so no file holds them
WORD = re.compile(r"[\w-]+")
CHOICE = re.compile(r":(?:is|not|where|has)\([^()]*\)")  # the names inside need not occur
NAMES = re.compile(r"[.#]((?:\\.|[\w-])+)")


def read(folder: Path, name: str) -> str:
    """Return a style sheet with its imports in place and its addresses relative to `folder`."""
    beside = posixpath.dirname(name)
    text = COMMENT.sub("", (folder / name).read_text("utf-8"))
    text = ADDRESS.sub(lambda url: f'url("{posixpath.normpath(posixpath.join(beside, url[2]))}")', text)
    return IMPORT.sub(lambda other: read(folder, posixpath.normpath(posixpath.join(beside, other[1]))), text)


def used(css: str, words: set[str]) -> str:
    """Return the rules whose classes and ids all occur among the words of the pages and scripts."""
    def keep(rule: re.Match[str]) -> str:
        kept = [selector for selector in re.split(r",(?![^(]*\))", rule[1])
                if all(name in words or name.startswith(BUILT) for name in NAMES.findall(CHOICE.sub("", selector)))]
        return ",".join(kept) + rule[2] if kept else ""

    return RULE.sub(keep, css)


def join(site: Path, names: list[str]) -> str:
    """Return one sheet for all of `names`; the icon font's is replaced by rules for the icons in use."""
    static = site / "_static"
    paths = [*site.glob("*.html"), *static.glob("*.js"), *static.glob("scripts/*.js")]
    text = "\n".join(path.read_text("utf-8") for path in paths)
    words = set(WORD.findall(text))
    sheets = [used(sheet, words) if name.startswith(THEME) else sheet
              for name in names if "fontawesome" not in name for sheet in [read(static, name)]]
    return "\n".join([*sheets, icons.cut(static, text, "".join(sheets))])
