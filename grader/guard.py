"""The first cell of a notebook to run: tells nnlib the reader's language, and the reader if nnlib is not the book's.

pip judges by what it has noted, and PyPI's package of the same import name overwrites our files: so the cell
compares the files, without importing them, and its cure removes both packages before it installs ours.
"""

from typing import Any
from zlib import crc32

from nnlib._common.pair import Pair

from .published import PACKAGE, ROOT, address, repository

ID, TITLE = "book-nnlib", "# @title nnlib"
CODE = """\
def check_nnlib(cure):
    import logging, os, sys
    from importlib.machinery import PathFinder
    from pathlib import Path
    from zlib import crc32

    os.environ["NNLIB_LANG"] = {lang!r}
    logging.getLogger("matplotlib.font_manager").setLevel("ERROR")  # in JupyterLite it says that it looks for fonts
    found = PathFinder.find_spec("nnlib")
    folders = list(found and found.submodule_search_locations or [])
    files = [file for folder in folders for file in Path(folder).rglob("*.py")]
    place = found and Path(found.origin or folders[0]).resolve()
    if sum(crc32(file.read_bytes()) for file in files) == {edition}:
        return
    if place and Path.cwd() in place.parents[:2]:
        print({rename!r}, place)
    elif cure and "google.colab" in sys.modules:
        for line in cure:
            get_ipython().run_line_magic("pip", line)
    else:
        print({needed!r}, *["%pip " + line for line in cure], sep="\\n")

check_nnlib({cure!r})
del check_nnlib"""
NEEDED = ("这里没有本书的 nnlib，或与笔记本不是同一版，或是 PyPI 上别人的同名包。{} | "
          "The book's nnlib is missing here, or of another edition, or PyPI's package of that name hides it. {}")
RUN = ("请在新单元格里运行下面两行，再重启内核；如果仍是这样，请重新下载笔记本：",
       "Run these two lines in a new cell, then restart the kernel; if this comes again, download the notebook anew:")
READ = ("怎样安装，见本书首页的“在自己的电脑上”",
        "The first page of the book says how to install it, under “On your own machine”")
RENAME = ("Python 在笔记本旁边找到另一个 nnlib，本书的被它挡住了。请给它改名，再重启内核： | "
          "Python finds another nnlib beside this notebook, which hides the book's. Rename it and restart the kernel:")
HIDDEN = {"jupyter": {"source_hidden": True}, "cellView": "form"}  # JupyterLab and Notebook; Colab


def code(key: str) -> str:
    """The cell for readers of one language (zh, en), or of both; its first line tells whether the rest is ours."""
    site, wanted, version = address("BOOK_URL"), f"{PACKAGE['name']}[panels]", PACKAGE["version"]
    wheel = f"v{version}/{PACKAGE['name'].replace('-', '_')}-{version}-py3-none-any.whl"
    # pip finds the site's wheel, or the released one, or none if neither address is known.
    what = f'--find-links {site}wheel/ "{wanted}"' if site else (
        repository() and f'"{wanted} @ {repository()}/releases/download/{wheel}"')
    text = CODE.format(
        lang=key, edition=sum(crc32(file.read_bytes()) for file in (ROOT / "nnlib").rglob("*.py")),
        cure=[f"uninstall -q -y nnlib {PACKAGE['name']}", f"install -q {what}"] if what else [],
        rename=Pair.of(RENAME).read(key), needed=Pair.of(NEEDED.format(*(RUN if what else READ))).read(key))
    return f"{TITLE} {crc32(text.encode())}\n{text}"


def is_guard(text: str) -> bool:
    """Whether a cell is one that `code` wrote, in whatever edition of the book, and that nobody has changed."""
    title, _, rest = text.partition("\n")
    return title == f"{TITLE} {crc32(rest.encode())}"


def cell(key: str, **metadata: Any) -> dict[str, Any]:
    """The cell, as plain JSON."""
    return {"cell_type": "code", "id": ID, "metadata": HIDDEN | metadata, "execution_count": None, "outputs": [],
            "source": code(key).splitlines(keepends=True)}
