"""Wheels: of nnlib as it is in this folder, and of packages as they are installed; the same bytes each time."""

import os
import shutil
from importlib.metadata import distribution
from pathlib import Path

import pooch
from hatchling.builders.wheel import WheelBuilder
from wheel.wheelfile import WheelFile

from grader.published import PACKAGE

from .project import ROOT

os.environ.setdefault("SOURCE_DATE_EPOCH", "1580601600")  # hatchling and wheel date what they write by it
LOCAL = {"INSTALLER", "REQUESTED", "RECORD", "direct_url.json"}  # of an installer; may name a folder of this machine
# For readers, and for pip, which takes the link from it (a "simple" page of PEP 503).
PAGE = Path(__file__).with_name("wheels.html")


def of_nnlib(folder: Path) -> Path:
    return Path(next(WheelBuilder(str(ROOT)).build(directory=str(folder), versions=["standard"])))


def of_installed(name: str, folder: Path) -> Path:
    package = distribution(name)
    path = folder / f"{name}-{package.version}-py3-none-any.whl"
    with WheelFile(path, "w") as archive:
        for file in sorted(package.files):
            if file.parts[0].startswith(name) and file.suffix != ".pyc" and file.name not in LOCAL:
                archive.writestr(str(file), file.read_binary())
    return path


def offer(folder: Path) -> None:
    """Fill the folder with nnlib's wheel and the page that says how to install it; delete any other file."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    wheel = of_nnlib(folder)
    page = PAGE.read_text("utf-8").format(name=PACKAGE["name"], wheel=wheel.name, digest=pooch.file_hash(wheel))
    (folder / "index.html").write_text(page, "utf-8")
