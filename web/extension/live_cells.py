"""Cells that run in the page: names each as its notebook does, and brings the script that runs them.

Where Python for the browser could not be had, nothing is added: a page shows no button that does nothing.
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
    """Give a cell the notebook's id: what a reader typed there is kept under it."""
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
    # the worker's address changes with its content: no browser then takes an old one from its cache
    app.add_js_file("page.js", loading_method="defer", priority=601,
                    **{"data-worker": pooch.file_hash(LIVE / "worker.js")[:8]})


def find_assets(app: Sphinx, config: Config) -> None:
    config.html_static_path += [] if not wanted() else [str(LIVE / name) for name in FILES]
