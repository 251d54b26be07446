"""Cells that run in the page: marks each with its notebook's name for it, and brings the script that runs them.

Where Python for the browser could not be had, nothing is added: a page shows no button that does nothing.
"""

import os
from pathlib import Path

import nbformat
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config

HERE = Path(__file__).parent / "live"
FILES = ["live.js", "cell.js", "live.css"]


def name_cells(app: Sphinx, doctree: nodes.document) -> None:
    """Give a cell the notebook's id: what a reader typed there is kept under it."""
    source = Path(app.env.doc2path(app.env.docname))
    cells = nbformat.read(source, as_version=4).cells if source.suffix == ".ipynb" else []
    for box in doctree.findall(nodes.container):
        if cells and box.get("nb_element") == "cell_code":
            box["ids"].append(f"cell-{cells[box['cell_index']].id}")


def find_files(app: Sphinx, config: Config) -> None:
    config.html_static_path += [str(HERE / name) for name in FILES]


def setup(app: Sphinx) -> dict[str, object]:
    if "NNLIB_LIVE" in os.environ:
        app.connect("doctree-read", name_cells)
        app.connect("config-inited", find_files)
        app.add_js_file("cell.js", loading_method="defer", priority=600)  # after explorer.js
        app.add_js_file("live.js", loading_method="defer", priority=601)
        app.add_css_file("live.css")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
