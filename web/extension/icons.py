"""Cuts the icons that the pages use out of the theme's icon font: 3 kB instead of 178, in the style sheet.

A frame with ``sandbox`` may load no font from a file unless the server allows it (CORS).
"""

import base64
import re
import tempfile
from pathlib import Path

from fontTools import subset

NAME = re.compile(r"\bfa-([a-z][a-z0-9-]*)")
CODE = re.compile(r'(?:\.fa-[\w-]+:before,?)+\{content:"\\([0-9a-f]+)"\}')
PRIVATE = re.compile(r'"\\([ef][0-9a-f]{3})"|([\ue000-\uf8ff])')  # how the theme's sheets write an icon
RULES = """
@font-face{font-family:"Font Awesome 6 Free";font-weight:900;font-display:block;src:url({font})}
@font-face{font-family:"Font Awesome 5 Free";font-weight:900;font-display:block;src:url({font})}
:root{--fa-font-solid:normal 900 1em/1 "Font Awesome 6 Free";--fa-font-brands:var(--fa-font-solid)}
.fa-solid,.fas{display:inline-block;font:var(--fa-font-solid);text-rendering:auto;
  -webkit-font-smoothing:antialiased}
.fa-lg{font-size:1.25em;line-height:.05em;vertical-align:-.075em}
"""


def cut(static: Path, text: str, sheets: str) -> str:
    """Return the font of the icons in the text of the pages and scripts and in `sheets`, and their rules."""
    whole = next((static / "vendor" / "fontawesome").glob("*"))
    codes = {name: rule[1] for rule in CODE.finditer((whole / "css" / "all.min.css").read_text("utf-8"))
             for name in NAME.findall(rule[0])}
    names = codes.keys() & NAME.findall(text)
    drawn = {codes[name] for name in names} | {escape or f"{ord(sign):x}" for escape, sign in PRIVATE.findall(sheets)}
    with tempfile.NamedTemporaryFile(suffix=".woff") as font:
        subset.main([str(whole / "webfonts" / "fa-solid-900.ttf"), f"--unicodes={','.join(sorted(drawn))}",
                     "--flavor=woff", "--no-hinting", f"--output-file={font.name}"])
        address = f"data:font/woff;base64,{base64.b64encode(Path(font.name).read_bytes()).decode()}"
    rules = (f'.fa-{name}::before{{content:"\\{codes[name]}"}}\n' for name in sorted(names))
    return RULES.replace("{font}", address) + "".join(rules)
