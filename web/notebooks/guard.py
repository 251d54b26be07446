"""The first cell of a notebook that is opened elsewhere: where the book's nnlib is missing, it says so.

PyPI's nnlib is somebody else's package with the same import name: who has installed that one is told as well.
"""

import nbformat

from ..project import PACKAGE, address, repository

ID = "book-nnlib"
CHECK = """\
# @title nnlib
try:
    import nnlib
    nnlib.mlp
except (ImportError, AttributeError):  # missing, or the package of that name on PyPI
    import sys
    sys.modules.pop("nnlib", None)  # so that the next import looks again
"""
WITHOUT_ADDRESS = CHECK + """\
    print({line!r})"""
WITH_ADDRESS = CHECK + """\
    if "google.colab" in sys.modules:
        %pip install -q {what}
    else:
        print({line!r})"""
NEEDED = ("本笔记本要用本书的 nnlib，不是 PyPI 上同名的包；{} | "
          "This notebook needs this book's nnlib, not PyPI's package of that name; {}")
RUN = NEEDED.format("请在新单元格里运行", "run in a new cell") + ": %pip install {what}"
READ = NEEDED.format("怎样安装，见本书首页的“在自己的电脑上”",
                     "the first page of the book says how to install it, under “On your own machine”")
HIDDEN = {"jupyter": {"source_hidden": True}, "cellView": "form"}  # JupyterLab and Notebook; Colab


def what_to_install() -> str:
    """What pip finds nnlib by: the site's wheel, or the released one; "" if neither address is known."""
    wanted = f"{PACKAGE['name']}[panels]"
    if site := address("BOOK_URL"):
        return f'--find-links {site}wheel/ "{wanted}"'
    wheel = f"{PACKAGE['name'].replace('-', '_')}-{PACKAGE['version']}-py3-none-any.whl"
    return repository() and f'"{wanted} @ {repository()}/releases/download/v{PACKAGE["version"]}/{wheel}"'


def code() -> str:
    if what := what_to_install():
        return WITH_ADDRESS.format(what=what, line=RUN.format(what=what))
    return WITHOUT_ADDRESS.format(line=READ)


def guarded(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """The notebook with that cell first; the one given stays as it is."""
    first = nbformat.v4.new_code_cell(code(), id=ID, metadata=HIDDEN)
    return nbformat.from_dict(notebook | {"cells": [first, *notebook.cells]})
