"""Builds of the book that are not its pages: Sphinx, set up as Jupyter Book sets it up, with a builder of its own."""

import os
import sys
from pathlib import Path

from jupyter_book.sphinx import build_sphinx

from .project import ROOT


def build(what: str, builder: str, folder: Path, settings: dict[str, object], **options: object) -> None:
    """Fill the folder, or end the program with a sentence; `options` are those of Jupyter Book's `build_sphinx`."""
    os.chdir(ROOT)  # _config.yml names web.extension from here
    common = {"external_toc_path": f"{ROOT}/_toc.yml", "latex_individualpages": False}
    if build_sphinx("chapters", folder, noconfig=True, path_config="_config.yml", confoverrides=common | settings,
                    builder=builder, quiet=True, warningiserror=True, keep_going=True, **options):
        sys.exit(f"The {what} were not made; see above.")
