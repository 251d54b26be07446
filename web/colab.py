"""The cell that fetches nnlib where a notebook is opened without this folder: on Colab."""

import nbformat
import repository

CODE = """\
try:
    import nnlib
except ModuleNotFoundError:  # on Colab, say: take the released one
    %pip install -q {wheel}"""
TAG = "remove-cell"  # the pages do not show it


def guard(notebook: nbformat.NotebookNode, name: str) -> None:
    """Put the cell first, or bring it up to date; leave it out where the repository is not known."""
    here = f"{name}-colab"
    notebook.cells = [cell for cell in notebook.cells if cell.get("id") != here]
    if wheel := repository.wheel():
        cell = nbformat.v4.new_code_cell(CODE.format(wheel=wheel), id=here, metadata={"tags": [TAG]})
        notebook.cells.insert(0, cell)
