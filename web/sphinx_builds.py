"""Runs Sphinx, set up as Jupyter Book sets it up: for the pages, the slides and the notebooks to run."""

import logging
import os
import shutil
import sys
from pathlib import Path

from jupyter_book.sphinx import build_sphinx

from .project import OUT, ROOT


def build(builder: str, folder: Path, doctrees: Path, *tags: str, **settings: object) -> None:
    """Fill the folder, or end the program with a sentence."""
    os.chdir(ROOT)  # _config.yml names web.extension from here
    logging.basicConfig()  # else a style of Pygments, once imported, lets every package print what it does
    os.environ |= {"NNLIB_FRAMES": "1", "NNLIB_LANG": "page"}
    common = {"external_toc_path": f"{ROOT}/_toc.yml", "latex_individualpages": False,
              "nb_execution_cache_path": str(OUT / ".jupyter_cache")}
    if build_sphinx("chapters", folder, doctreedir=doctrees, noconfig=True, path_config="_config.yml", builder=builder,
                    confoverrides=common | settings, tags=tags, quiet=True, warningiserror=True, keep_going=True):
        shutil.rmtree(doctrees, ignore_errors=True)  # or the next run would not warn again
        sys.exit(f"{folder} was not made; see above.")
