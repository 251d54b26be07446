"""Wheels: of nnlib as it is in this folder, and of packages as they are installed; the same bytes each time.

The site offers nnlib's in the folder ``wheel/``, an address that stays when the version changes.
"""

import os
import shutil
from importlib.metadata import distribution
from pathlib import Path

import pooch
from hatchling.builders.wheel import WheelBuilder
from wheel.wheelfile import WheelFile

from .project import PACKAGE, ROOT

OF_AN_INSTALLATION = {"INSTALLER", "REQUESTED", "RECORD", "direct_url.json"}
os.environ.setdefault("SOURCE_DATE_EPOCH", "1580601600")  # hatchling and wheel date what they write by it
# For readers, and for pip, which takes the link from it (a "simple" page of PEP 503).
PAGE = """\
<!DOCTYPE html>
<html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{name}</title></head><body>
<h1>{name}</h1>
<p>在自己的电脑上安装本书的 nnlib，运行：</p>
<p lang="en">To install this book's nnlib on your own machine, run:</p>
<pre>pip install --find-links <b>本页的地址 | this page's address</b> "{name}[panels]"</pre>
<p><a href="{wheel}#sha256={digest}">{wheel}</a></p>
<script>document.querySelector("b").textContent = location.href.split("#")[0]</script>
</body></html>
"""


def of_nnlib(folder: Path) -> Path:
    return Path(next(WheelBuilder(str(ROOT)).build(directory=str(folder), versions=["standard"])))


def of_installed(name: str, folder: Path) -> Path:
    package = distribution(name)
    path = folder / f"{name}-{package.version}-py3-none-any.whl"
    with WheelFile(path, "w") as archive:
        for file in sorted(package.files):
            written_by_pip = file.suffix == ".pyc" or file.name in OF_AN_INSTALLATION
            if file.parts[0].startswith(name) and not written_by_pip:
                archive.writestr(str(file), file.read_binary())
    return path


def offer(folder: Path) -> None:
    """Fill the folder with nnlib's wheel and the page that says how to install it; delete any other file."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    wheel = of_nnlib(folder)
    page = PAGE.format(name=PACKAGE["name"], wheel=wheel.name, digest=pooch.file_hash(wheel))
    (folder / "index.html").write_text(page, "utf-8")
