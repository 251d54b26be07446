"""Runs the notebooks and stores their outputs: text only, no pictures, the same bytes each time."""

import argparse

import nbformat
from nbclient import NotebookClient
from tqdm import tqdm

from nnlib._common.files import write_whole

from ..project import NOTEBOOKS, ROOT

TEXT = ("text/plain", "text/html", "application/json")
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


def normalise(notebook: nbformat.NotebookNode) -> None:
    """Keep what a reader or nbval needs; drop what changes by itself from run to run."""
    notebook.metadata = {"kernelspec": KERNEL, "language_info": {"name": "python"}}
    for cell in notebook.cells:
        for name in ("execution", "collapsed", "scrolled"):
            cell.metadata.pop(name, None)
        for output in cell.get("outputs", []):
            if "data" in output:
                output.data = {kind: output.data[kind] for kind in TEXT if kind in output.data}
    notebook.nbformat, notebook.nbformat_minor = 4, 5


if __name__ == "__main__":
    argparse.ArgumentParser(description=__doc__).parse_args()
    for path in tqdm(NOTEBOOKS, desc="notebooks", unit="page"):
        notebook = nbformat.read(path, as_version=4)
        NotebookClient(notebook, timeout=600, kernel_name="python3", coalesce_streams=True,
                       resources={"metadata": {"path": str(ROOT / "chapters")}}).execute()
        normalise(notebook)
        nbformat.validate(notebook)
        write_whole(path, lambda file, notebook=notebook: file.write(f"{nbformat.writes(notebook)}\n".encode()))
