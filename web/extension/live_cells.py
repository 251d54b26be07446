"""Lets cells run in the page: gives each the id it has in its notebook, and adds the scripts that run them.

If the build has no Python for the browser, this adds nothing, so no page shows a dead button.
"""

import os
from pathlib import Path

import nbformat
import pooch
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config

LIVE = Path(__file__).parents[1] / "live"
FILES = ["page.js", "cell.js", "live.css"]


def wanted() -> bool:
    """Whether the build has Python for the browser (web/build.py says so)."""
    return "NNLIB_LIVE" in os.environ


def name_cells(app: Sphinx, doctree: nodes.document) -> None:
    """Give each cell its id from the notebook: what a reader types there is stored under it."""
    if not wanted():
        return
    source = Path(app.env.doc2path(app.env.docname))
    cells = nbformat.read(source, as_version=4).cells if source.suffix == ".ipynb" else []
    for box in doctree.findall(nodes.container):
        if cells and box.get("nb_element") == "cell_code":
            box["ids"].append(f"cell-{cells[box['cell_index']].id}")


def add_scripts(app: Sphinx, pagename, templatename, context, doctree) -> None:
    if not wanted() or not app.env.doc2path(pagename).endswith(".ipynb"):
        return
    app.add_css_file("live.css")
    app.add_js_file("cell.js", loading_method="defer", priority=600)  # after explorer.js
    # The worker's address changes with its content, so that no browser uses an old copy from its cache.
    app.add_js_file("page.js", loading_method="defer", priority=601,
                    **{"data-worker": pooch.file_hash(LIVE / "worker.js")[:8]})


def find_assets(app: Sphinx, config: Config) -> None:
    config.html_static_path += [] if not wanted() else [str(LIVE / name) for name in FILES]
