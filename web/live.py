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

HERE = Path(__file__).parent / "cells"
FILES = ["live.js", "cell.js", "live.css"]


def name_cells(app: Sphinx, doctree: nodes.document) -> None:
    """Give a cell the notebook's id: what a reader typed there is kept under it."""
    source = Path(app.env.doc2path(app.env.docname))
    cells = nbformat.read(source, as_version=4).cells if source.suffix == ".ipynb" else []
    for box in doctree.findall(nodes.container):
        if cells and box.get("nb_element") == "cell_code":
            box["ids"].append(f"cell-{cells[box['cell_index']].id}")


def add_scripts(app: Sphinx, pagename, templatename, context, doctree) -> None:
    if not app.env.doc2path(pagename).endswith(".ipynb"):
        return
    app.add_css_file("live.css")
    app.add_js_file("cell.js", loading_method="defer", priority=600)  # after explorer.js
    # the worker's address changes with its content: no browser then takes an old one from its cache
    app.add_js_file("live.js", loading_method="defer", priority=601,
                    **{"data-worker": pooch.file_hash(HERE / "worker.js")[:8]})


def find_files(app: Sphinx, config: Config) -> None:
    config.html_static_path += [str(HERE / name) for name in FILES]


def setup(app: Sphinx) -> dict[str, object]:
    if "NNLIB_LIVE" in os.environ:
        app.connect("doctree-read", name_cells)
        app.connect("config-inited", find_files)
        app.connect("html-page-context", add_scripts, priority=800)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
