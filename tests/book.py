"""The notebooks, as the tests read them."""

import nbformat

from web.project import NOTEBOOKS


def notebooks() -> dict[str, nbformat.NotebookNode]:
    return {path.stem: nbformat.read(path, as_version=4) for path in NOTEBOOKS}
